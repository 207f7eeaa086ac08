import { encodeMessage } from '../../../../src/gossip/wire/encode.js';
import type { Message, NodeInfo } from '../../../../src/gossip/wire/message.js';
import type { News } from '../../../../src/gossip/wire/news.js';
import { MESSAGE_PATH } from '../../../../src/node/wire/paths.js';
import type { SimHost } from '../../world/host.js';
import type { Machine } from '../../world/machine.js';
import { SimProcess } from '../../world/process.js';
import type { World } from '../../world/world.js';

const HEADERS = { 'content-type': 'application/json' } as const;

/** Posts whatever it is told to nodes, in whoever's name: in a cluster without a secret nothing keeps it from doing so. */
export class Impostor {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #process: SimProcess;
  #posted = 0;

  constructor(world: World) {
    this.#world = world;
    this.#machine = world.network.machineAt({ host: '10.66.6.6', port: 8080 });
    this.#process = new SimProcess(world.clock, () => undefined);
  }

  post(to: SimHost, message: Message): void {
    const request = { path: MESSAGE_PATH, headers: HEADERS, body: encodeMessage(message) };
    this.#world.network.carry(this.#machine, this.#process, to.address, request, () => undefined);
  }

  /** An ACK in the name of `from`. */
  acknowledge(to: SimHost, messageId: string, from: string): void {
    this.post(to, { type: 'ACK', ...this.#envelope(from), messageId, to: to.id, key: '' });
  }

  /** Tells of a node what it says itself where `from` is its id, and hearsay otherwise. */
  tellOf(to: SimHost, nodeInfo: NodeInfo, from: string): void {
    this.post(to, { type: 'SYNC', ...this.#envelope(from), nodeInfo });
  }

  /** News, as if `from` had it to tell. */
  spread(to: SimHost, news: readonly News[], from: string): void {
    this.post(to, { type: 'NEWS', ...this.#envelope(from), news });
  }

  #envelope(from: string): { readonly from: string; readonly timestampS: number; readonly messageId: string } {
    return { from, timestampS: Math.floor(this.#world.trueMs / 1000), messageId: `told-${++this.#posted}` };
  }
}
