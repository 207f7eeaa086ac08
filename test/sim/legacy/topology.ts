import type { LegacyMessage } from './message.js';
import type { LegacyNodeInfo } from './node-info.js';
import type { LegacyParts } from './parts.js';

/** Time between two topology syncs of a node that knows too few, in milliseconds. */
export const SYNC_INTERVAL_MS = 30_000;

/** When a hearsay SYNC that failed is tried again, in milliseconds after the failure. */
const HEARSAY_RETRIES_MS = [1000, 2000, 4000] as const;

/** What an answer costs the processor of an old node, in milliseconds. It keeps a storm from standing still in time. */
const ANSWER_COST_MS = 1;

/** The node's own bound, not the field's: more answers than these are not owed to one peer at a time. */
const MAX_OWED = 4;

/**
 * Topology exchange with its trap: every "this is me" is answered, and every answer holds a "this is me". So two nodes
 * that have exchanged one SYNC go on for ever.
 */
export class Topology {
  readonly #parts: LegacyParts;
  readonly #replication: number;
  /** Answers owed, the one being given included. Bounded by the peers and by MAX_OWED; gone once all are given. */
  readonly #owed = new Map<string, number>();

  constructor(parts: LegacyParts, replication: number) {
    this.#parts = parts;
    this.#replication = replication;
  }

  start(): void {
    const { timers, peers, outbox, composer } = this.#parts;
    timers.every(SYNC_INTERVAL_MS, () => {
      if (peers.size >= this.#replication - 1) return;
      for (const peer of peers.infos) void outbox.send(peer, composer.sync());
    });
  }

  /** Learns whoever is named, the evicted and the long dead included. */
  receive(message: LegacyMessage): void {
    const info = message.node_info;
    if (info === undefined) return;
    this.#parts.peers.learn(info);
    if (message.from === info.id && this.#parts.peers.get(info.id) !== undefined) this.#owe(info.id);
  }

  /** Tells everybody else of a node that joined here. */
  spread(joiner: LegacyNodeInfo): void {
    const others = this.#parts.peers.infos.filter((peer) => peer.id !== joiner.id);
    for (const peer of others) void this.#tell(peer, joiner);
  }

  async #tell(peer: LegacyNodeInfo, joiner: LegacyNodeInfo): Promise<void> {
    const { timers, outbox, composer } = this.#parts;
    const hearsay = composer.sync(joiner);
    if (await outbox.send(peer, hearsay)) return;
    for (const pauseMs of HEARSAY_RETRIES_MS) {
      await timers.pause(pauseMs);
      if (await outbox.send(peer, hearsay)) return;
    }
  }

  #owe(id: string): void {
    const owed = this.#owed.get(id) ?? 0;
    this.#owed.set(id, Math.min(owed + 1, MAX_OWED));
    if (owed === 0) void this.#payBack(id);
  }

  async #payBack(id: string): Promise<void> {
    for (let owed = this.#owed.get(id) ?? 0; owed > 0; owed = this.#owed.get(id) ?? 0) {
      await this.#parts.timers.pause(ANSWER_COST_MS);
      await this.#answer(id);
      this.#owed.set(id, (this.#owed.get(id) ?? 0) - 1);
    }
    this.#owed.delete(id);
  }

  /** One SYNC for each node known, in turn, this node last; it ends early where the peer is evicted meanwhile. */
  async #answer(id: string): Promise<void> {
    const { peers, outbox, composer } = this.#parts;
    const others = peers.infos.filter((info) => info.id !== id);
    for (const info of [...others, undefined]) {
      const peer = peers.get(id);
      if (peer === undefined) return;
      await outbox.send(peer, composer.sync(info));
    }
  }
}
