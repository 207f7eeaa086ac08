import type { Composer } from '../composer.js';
import type { HybridClock } from '../hybrid-clock.js';
import { isGone, type Member } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Entry, Store } from '../ports/store.js';
import type { Uplink } from '../ports/uplink.js';
import type { Hint, MissedWrites } from '../repair/hint.js';
import type { Self } from '../self.js';
import type { Sender } from '../sender.js';
import type { AckMessage, PutMessage } from '../wire/message.js';
import type { Dedup } from './dedup.js';
import { forwards, writeTargets } from './fan-out.js';
import { PendingWrite } from './pending-write.js';
import { quorumSize } from './quorum.js';
import { clampTtl, type TtlRange } from './ttl.js';

/**
 * How long a member may take over a write before it is taken to have missed it, in milliseconds. A copy that is nowhere
 * else does not wait for the end of a request that is lost.
 */
export const SLOW_MS = 1000;

/** Most writes that wait for their quorum at a time. */
export const MAX_PENDING_WRITES = 10_000;

export interface WriterOptions {
  /** Copies wanted of every value. */
  readonly replication: number;
  /** How long a write waits for its quorum, in milliseconds. */
  readonly writeTimeoutMs: number;
  readonly ttl: TtlRange;
}

/**
 * - `quorum`: a majority of the replicas hold the value.
 * - `pending`: this node holds it; the quorum was not reached in time, or cannot be.
 * - `full`: the storage cap leaves no room; nothing was written.
 * - `overloaded`: too many writes are waiting; nothing was written.
 */
export type WriteOutcome = 'quorum' | 'pending' | 'full' | 'overloaded';

interface WriterPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly metrics: Metrics;
}

interface WriterParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly composer: Composer;
  readonly hybridClock: HybridClock;
  readonly dedup: Dedup;
  /** Told of what members did not take in time, and of what they took after all. */
  readonly missed: MissedWrites;
  /** Told of each write that was stored here. */
  readonly stored: (message: PutMessage) => void;
  /** The way into the mesh of a node that is no member. */
  readonly uplink: () => Uplink | undefined;
}

/** Writes in this node's own name: stores, sends to the enclave, and counts the ACKs of distinct members. */
export class Writer {
  readonly #ports: WriterPorts;
  readonly #self: Self;
  readonly #options: WriterOptions;
  readonly #parts: WriterParts;
  /** By message id. Bounded by `MAX_PENDING_WRITES` and the write timeout. */
  readonly #pending = new Map<string, PendingWrite>();
  /** What writes wait for before they begin, and how many do. Bounded by `MAX_PENDING_WRITES`. */
  #hold: Promise<unknown> | undefined;
  #held = 0;
  readonly #outcomes: Readonly<Record<WriteOutcome, Counter>>;

  constructor(ports: WriterPorts, self: Self, options: WriterOptions, parts: WriterParts) {
    this.#ports = ports;
    this.#self = self;
    this.#options = options;
    this.#parts = parts;
    const outcome = (name: WriteOutcome) =>
      ports.metrics.counter('repram_writes_total', 'Writes of clients, by outcome.', { outcome: name });
    this.#outcomes = {
      quorum: outcome('quorum'),
      pending: outcome('pending'),
      full: outcome('full'),
      overloaded: outcome('overloaded'),
    };
    ports.metrics.gauge('repram_writes_pending', 'Writes waiting for their quorum.', () => this.#pending.size);
  }

  /**
   * Writes do not begin before `settled`, which must not reject: a node that has not looked for the others yet would
   * take itself for the only one, and its own copy for a quorum.
   */
  hold(settled: Promise<unknown>): void {
    this.#hold = settled.then(() => {
      this.#hold = undefined;
    });
  }

  /** Writes one value. `bytes` passes into the store's hands; `ttlSeconds` is clamped. Never rejects. */
  async write(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<WriteOutcome> {
    const outcome = await this.#write(key, bytes, ttlSeconds);
    this.#outcomes[outcome].inc();
    return outcome;
  }

  /**
   * Counts an acknowledgement, if it comes from a proven member of the enclave and a write waits for it. One that is
   * not proven is not in the basis of the quorum, so its copy makes none.
   */
  receiveAck(message: AckMessage): void {
    const member = this.#parts.members.get(message.from);
    if (member === undefined || isGone(member) || member.enclave !== this.#self.enclave) return;
    this.#parts.members.heard(member.id);
    if (member.proven) this.#pending.get(message.messageId)?.ack(member.id);
  }

  /** The member lost what it held when it started anew: its ACKs of writes that still wait are void. */
  memberRestarted(id: string): void {
    for (const write of this.#pending.values()) write.revoke(id);
  }

  /** The member is gone: no write waits for it any longer. */
  memberLost(id: string): void {
    for (const write of this.#pending.values()) write.lose(id);
  }

  async #write(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<WriteOutcome> {
    if (this.#pending.size + this.#held >= MAX_PENDING_WRITES) return 'overloaded';
    if (this.#parts.uplink()?.hasRoom === false) return 'overloaded';
    if (this.#hold !== undefined) {
      this.#held++;
      await this.#hold;
      this.#held--;
    }
    const ttl = clampTtl(ttlSeconds, this.#options.ttl);
    const version = this.#parts.hybridClock.next();
    const expiresAtMs = version.ms + ttl * 1000;
    const entry = { key, bytes, createdMs: version.ms, ttlSeconds: ttl, expiresAtMs, version };
    if (this.#ports.store.put(entry) === 'full') return 'full';
    const message = this.#parts.composer.put(key, bytes, ttl, version);
    this.#parts.dedup.add(message.messageId);
    this.#parts.stored(message);
    const uplink = this.#parts.uplink();
    if (uplink !== undefined) return uplink.write(message, entry);
    return (await this.#replicate(message, entry)) ? 'quorum' : 'pending';
  }

  /**
   * Sends the write to its targets and waits for the quorum. Members that have not proved to be there are neither
   * counted nor waited for.
   */
  #replicate(message: PutMessage, entry: Entry): Promise<boolean> {
    const { members } = this.#parts;
    const proven = members.enclavePeers().filter((member) => member.proven);
    const needed = quorumSize(members.quorumBasis(), this.#options.replication) - 1;
    const targets = writeTargets(this.#ports.rng, members.enclavePeers());
    if (needed === 0 || proven.length < needed) {
      for (const member of targets) void this.#deliver(member, message, entry);
      return Promise.resolve(needed === 0);
    }
    return new Promise((resolve) => {
      const hopeful = forwards(proven.length) ? undefined : proven.map((member) => member.id);
      const write = new PendingWrite(needed, hopeful, (reached) => {
        timer.cancel();
        this.#pending.delete(message.messageId);
        resolve(reached);
      });
      const timer = this.#ports.clock.setTimer(this.#options.writeTimeoutMs, () => write.finish(false));
      this.#pending.set(message.messageId, write);
      for (const member of targets) void this.#deliver(member, message, entry, write);
    });
  }

  async #deliver(member: Member, message: PutMessage, entry: Entry, write?: PendingWrite): Promise<void> {
    const { missed, sender } = this.#parts;
    let hint: Hint | undefined;
    const slow = this.#ports.clock.setTimer(SLOW_MS, () => {
      hint = this.#hintAt(entry);
      if (hint !== undefined) missed.add(member, hint);
    });
    const outcome = await sender.send(member, message, this.#options.writeTimeoutMs);
    slow.cancel();
    if (outcome.kind === 'ok') {
      if (hint !== undefined) missed.settle(member, hint);
      return;
    }
    write?.lose(member.id);
    hint ??= this.#hintAt(entry);
    if (hint !== undefined) missed.add(member, hint);
  }

  /** Under the key as the store holds it: the one at hand may keep the text of a whole request alive. */
  #hintAt({ key, version, expiresAtMs }: Entry): Hint | undefined {
    const held = this.#ports.store.get(key);
    return held && { key: held.key, version, expiresAtMs };
  }
}
