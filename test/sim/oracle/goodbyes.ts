import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange, Post, PostResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { PerNode } from './per-node.js';
import { readMessage, readReply, type WireMessage } from './wire.js';

const NEVER = Number.NEGATIVE_INFINITY;

/** What one process knows of the goodbyes of a node. */
interface Goodbyes {
  /** The latest incarnation that said goodbye, as far as the process was told. */
  told: number;
  /** The incarnation whose goodbye was believed, and the process that had it: two may have the same, see `outdo`. */
  believed: number;
  instance: string | undefined;
}

/** A node that left by its own word, and the incarnation it was known by. */
interface Departure {
  readonly node: SimNode;
  readonly id: string;
  readonly known: number;
}

/** Nobody is taken to have said goodbye who has not, and whoever has does not come back in the same incarnation. */
export class GoodbyesAreBelieved implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process, then by id. Bounded by the ids of the run. */
  readonly #goodbyes = new PerNode<string, Goodbyes>();
  /** Of the step under way: whatever the process was told in it counts, whether it was seen before or after. */
  #departures: Departure[] = [];

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  taken(exchange: Exchange, by: Machine, answer: HostAnswer): void {
    const node = this.#cast.at(by);
    if (isOurs(node) && answer.status === 200) this.#tell(node, readMessage(exchange.request.body));
  }

  settled({ process }: Post, result: PostResult): void {
    const node = this.#cast.of(process);
    if (isOurs(node) && 'answer' in result) this.#tell(node, readReply(result.answer));
  }

  memberChanged(node: SimNode, { kind, member, previous }: MemberEvent): void {
    const goodbyes = this.#of(node, member.id);
    const { extension } = member;
    if (kind === 'left' && member.saidGoodbye) {
      goodbyes.believed = extension?.incarnation ?? NEVER;
      goodbyes.instance = extension?.instance;
      this.#departures.push({ node, id: member.id, known: previous?.extension?.incarnation ?? NEVER });
    }
    if (kind !== 'returned' && (kind !== 'joined' || previous === undefined)) return;
    // Nodes of the old protocol say no goodbye.
    if (extension === undefined || extension.incarnation > goodbyes.believed) return;
    if (extension.incarnation === goodbyes.believed && extension.instance !== goodbyes.instance) return;
    const detail = `${node.id} lists ${member.id} again in incarnation ${extension.incarnation}, which said goodbye`;
    this.#world.violated(INVARIANTS.goodbyes, detail);
  }

  stepped(): void {
    const departures = this.#departures;
    if (departures.length === 0) return;
    this.#departures = [];
    for (const { node, id, known } of departures) {
      const { told } = this.#of(node, id);
      // A later one than was known: it was taken to refute, just before.
      if (told >= known) continue;
      const detail = `${node.id} took the goodbye of incarnation ${told} of ${id} for that of ${known}`;
      this.#world.violated(INVARIANTS.goodbyes, detail);
    }
  }

  #tell(node: SimNode, message: WireMessage | undefined): void {
    if (message === undefined) return;
    const said = message.type === 'LEAVE' ? [{ id: message.from, incarnation: message.incarnation ?? NEVER }] : [];
    for (const { id, incarnation } of [...said, ...message.gone]) {
      const goodbyes = this.#of(node, id);
      goodbyes.told = Math.max(goodbyes.told, incarnation);
    }
  }

  #of(node: SimNode, id: string): Goodbyes {
    return this.#goodbyes.get(node, id, () => ({ told: NEVER, believed: NEVER, instance: undefined }));
  }
}
