import { sample } from '../../../src/gossip/ports/rng.js';
import type { LegacyMessage } from './message.js';
import type { LegacyNodeInfo } from './node-info.js';
import type { LegacyParts } from './parts.js';
import { PendingWrites, quorumOf } from './pending-writes.js';
import { SeenIds } from './seen-ids.js';
import type { LegacyStore } from './store.js';

/** Up to this many enclave peers the origin reaches all itself and nobody forwards. */
const FULL_FAN_OUT = 10;
const DEFAULT_TTL_S = 3600;

export interface ReplicationOptions {
  readonly enclave: string;
  readonly replication: number;
  /** Seconds. */
  readonly minTtl: number;
  /** Seconds. */
  readonly maxTtl: number;
}

/** Writes: those of clients, and those of peers. */
export class Replication {
  readonly #parts: LegacyParts;
  readonly #store: LegacyStore;
  readonly #options: ReplicationOptions;
  readonly #seen: SeenIds;
  readonly #pending: PendingWrites;

  constructor(parts: LegacyParts, store: LegacyStore, options: ReplicationOptions) {
    this.#parts = parts;
    this.#store = store;
    this.#options = options;
    this.#seen = new SeenIds(parts.clock);
    this.#pending = new PendingWrites(parts.timers);
  }

  /** 201 with a quorum, 202 without one in time, 507 where there is no room. */
  async put(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<201 | 202 | 507> {
    const ttl = this.#clamp(Number.isInteger(ttlSeconds) && ttlSeconds > 0 ? ttlSeconds : DEFAULT_TTL_S);
    if (!this.#store.put(key, bytes, ttl)) return 507;
    const message = this.#parts.composer.put(key, bytes, ttl);
    this.#seen.isNew(message.message_id);
    const peers = this.#enclavePeers();
    const done = this.#pending.wait(message.message_id, quorumOf(peers.length + 1, this.#options.replication));
    this.#send(message, peers, peers);
    return done;
  }

  /** What does not fit is neither acknowledged nor passed on. */
  receivePut(message: LegacyMessage): void {
    if (!this.#seen.isNew(message.message_id)) return;
    const bytes = Buffer.from(message.data ?? '', 'base64');
    if (!this.#store.put(message.key ?? '', bytes, this.#clamp(message.ttl ?? 0))) return;
    const { peers, outbox, composer } = this.#parts;
    const origin = peers.get(message.from);
    if (origin !== undefined) void outbox.send(origin, composer.ack(message));
    this.#forward(message);
  }

  receiveAck(message: LegacyMessage): void {
    this.#pending.ack(message.message_id);
  }

  end(): void {
    this.#pending.end();
  }

  #forward(message: LegacyMessage): void {
    const peers = this.#enclavePeers();
    if (peers.length <= FULL_FAN_OUT) return;
    const candidates = peers.filter((peer) => peer.id !== message.from);
    this.#send(message, peers, candidates);
  }

  #send(message: LegacyMessage, peers: readonly LegacyNodeInfo[], candidates: readonly LegacyNodeInfo[]): void {
    const { rng, outbox } = this.#parts;
    const isSample = peers.length > FULL_FAN_OUT;
    const targets = isSample ? sample(rng, candidates, Math.ceil(Math.sqrt(peers.length))) : candidates;
    for (const peer of targets) void outbox.send(peer, message);
  }

  #enclavePeers(): readonly LegacyNodeInfo[] {
    return this.#parts.peers.of(this.#options.enclave);
  }

  #clamp(ttlS: number): number {
    return Math.min(Math.max(ttlS, this.#options.minTtl), this.#options.maxTtl);
  }
}
