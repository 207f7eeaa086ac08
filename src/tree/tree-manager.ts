import type { HostPort } from '../gossip/address.js';
import type { Gossip } from '../gossip/gossip.js';
import type { Clock } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';
import type { Metrics } from '../gossip/ports/metrics.js';
import type { Rng } from '../gossip/ports/rng.js';
import type { Store } from '../gossip/ports/store.js';
import type { Self } from '../gossip/self.js';
import { GossipMesh } from './gossip-mesh.js';
import { CLOSE, type Link, type LinkCodec, type LinkDialer } from './ports/link.js';
import type { Replica } from './ports/replica.js';
import type { FrameAge, Signer } from './ports/signer.js';
import { Substrate } from './substrate/substrate.js';
import { Transient } from './transient/transient.js';
import type { FrameCodec } from './wire/codec.js';
import { createFrameCodec } from './wire/create-frame-codec.js';

/** Whether a node can be dialled, and carries others; or cannot, and is carried. */
export type Role = 'substrate' | 'transient';

export interface TreeOptions {
  /** Most children; 0 = none are taken. */
  readonly maxChildren: number;
  /** Copies wanted of every value. */
  readonly replication: number;
  /** How long a write waits for its quorum, in milliseconds. */
  readonly writeTimeoutMs: number;
  /** Bytes of entries a second that repair moves at most, each way; 0 = no limit. */
  readonly repairBandwidth: number;
  /** How long a parent may take to answer a question of repair, in milliseconds. */
  readonly answerTimeoutMs: number;
}

/** How long those have to move that attached before this node found out that it cannot carry them, in milliseconds. */
export const MOVE_MS = 10_000;

interface TreePorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly dialer: LinkDialer;
}

interface TreeParts {
  readonly gossip: Gossip;
  readonly signer: Signer;
  readonly age: FrameAge;
  /** The seeds as they are now. */
  readonly seeds: () => readonly HostPort[];
  /** Looks for newer seeds, where there is anywhere to look: nobody that is known takes this node in. */
  readonly lookForSeeds: () => void;
}

/**
 * This node's place in the tree. It begins as a substrate, and becomes a transient where it turns out that it cannot be
 * dialled; it never goes back.
 */
export class TreeManager {
  readonly substrate: Substrate;
  readonly transient: Transient;
  readonly #gossip: Gossip;
  #isHeld = false;

  constructor(ports: TreePorts, self: Self, options: TreeOptions, { gossip, signer, age, ...where }: TreeParts) {
    this.#gossip = gossip;
    const codecs = codecsOf(signer);
    const mesh = new GossipMesh(self, gossip);
    this.substrate = new Substrate(ports, self, options, { mesh, codecs, age, areSigned: signer.areRequired });
    const { adopt, supersede } = gossip;
    const replica: Replica = { receive: (put) => void gossip.receive(put), adopt, supersede };
    this.transient = new Transient(ports, self, options, { replica, codecs, age, ...where });
    gossip.onPut = (put) => this.substrate.spread(put);
    gossip.rooms.own = () => this.substrate.room;
    gossip.members.subscribe((change) => this.substrate.membersChanged([change]));
  }

  get role(): Role {
    return this.transient.isUsed ? 'transient' : 'substrate';
  }

  /**
   * This node cannot be dialled: it attaches to one that can be. Whoever came meanwhile, as member or child, is told to do
   * without it. Only the first call counts.
   */
  becomeTransient(): void {
    if (this.role === 'transient') return;
    this.#gossip.uplink = this.transient;
    this.transient.start();
    void this.substrate.drain(MOVE_MS);
    void this.#gossip.resign();
  }

  /** Other seeds are known now. */
  seedsChanged(): void {
    if (this.role === 'transient') this.transient.seedsChanged();
  }

  /** Resolves when this node is attached for the first time. */
  get attached(): Promise<void> {
    return new Promise((resolve) => this.transient.subscribe(({ kind }) => kind === 'attached' && resolve()));
  }

  /**
   * No child is taken before `settled`, which must not reject: a node that has not looked for the others yet would let its
   * children take its own copy for a quorum.
   */
  hold(settled: Promise<unknown>): void {
    this.#isHeld = true;
    void settled.then(() => {
      this.#isHeld = false;
    });
  }

  /** Whether a socket that somebody opens is taken. */
  get mayAccept(): boolean {
    return this.role === 'substrate' && !this.#isHeld && this.substrate.mayAccept;
  }

  /** Takes a socket that somebody has opened. */
  accept(link: Link): void {
    if (this.role === 'substrate') this.substrate.accept(link);
    else link.close(CLOSE.tryAgainLater, 'this node carries nobody');
  }

  /**
   * Takes leave: children are told where to go, and are waited for; or the parent is told, once `written`, so that
   * writes under way get their acknowledgements. Resolves when that is done, or the time is over.
   */
  async drain(timeoutMs: number, written: Promise<unknown>): Promise<void> {
    if (this.role === 'substrate') return this.substrate.drain(timeoutMs);
    await written;
    await this.transient.stop();
  }

  /** Ends every socket. */
  stop(): void {
    this.substrate.stop();
    void this.transient.stop();
  }
}

/** One codec of each kind serves all sockets: what goes to many is encoded once. */
function codecsOf(signer: Signer): (kind: LinkCodec) => FrameCodec {
  const codecs = { json: createFrameCodec('json', signer), cbor: createFrameCodec('cbor', signer) };
  return (kind) => codecs[kind];
}
