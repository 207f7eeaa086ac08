import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { UplinkWrite } from '../../gossip/ports/uplink.js';
import { quorumSize } from '../../gossip/replication/quorum.js';
import type { PutMessage } from '../../gossip/wire/message.js';

/** Most writes in the outbox, and the most bytes that they may take, the one at hand besides. */
export const MAX_OUTBOX_WRITES = 16_384;
export const MAX_OUTBOX_BYTES: number = 64 * 1024 * 1024;

/** What a write takes besides key and value, in bytes. */
const WRITE_OVERHEAD_BYTES = 512;

/** A full outbox looks for what has expired no more often than this, in milliseconds. */
const SWEEP_PERIOD_MS = 1000;

export interface OutboxOptions {
  /** Copies wanted of every value. */
  readonly replication: number;
  /** How long a write waits for its quorum, in milliseconds. */
  readonly writeTimeoutMs: number;
}

/** A write that no quorum is known to hold. */
interface Unsettled {
  readonly message: PutMessage;
  /** Wall-clock milliseconds. */
  readonly expiresAtMs: number;
  /** Substrates that acknowledged. Bounded by the largest quorum there can be. */
  readonly acked: Set<string>;
  wasSent: boolean;
  /** Answers the client that waits, if there is one still. */
  answer: ((outcome: UplinkWrite) => void) | undefined;
}

/**
 * Writes of this node that no quorum of substrates is known to hold. They are sent to each parent in turn, oldest first, as
 * they were first made: under the same id.
 */
export class Outbox {
  readonly #clock: Clock;
  readonly #options: OutboxOptions;
  /** By message id, oldest first. Bounded by `MAX_OUTBOX_WRITES` and `MAX_OUTBOX_BYTES`. */
  readonly #writes = new Map<string, Unsettled>();
  /** Ids of writes that a substrate holds, the longest held first. Bounded by `#writes`. */
  readonly #held = new Set<string>();
  /** Ids of writes that the present parent was not sent, from `#sent` on. Bounded by `#writes`: gone ones are passed over. */
  #queue: string[] = [];
  #sent = 0;
  #bytes = 0;
  #sweptMs = Number.NEGATIVE_INFINITY;
  #basis: number | undefined;
  #isOver = false;
  readonly #expired: Counter;
  readonly #evicted: Counter;
  readonly #resent: Counter;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, options: OutboxOptions) {
    const { metrics } = ports;
    this.#clock = ports.clock;
    this.#options = options;
    const dropped = (reason: string): Counter =>
      metrics.counter('repram_tree_outbox_dropped_total', 'Writes that left the outbox without a quorum.', { reason });
    this.#expired = dropped('expired');
    this.#evicted = dropped('full');
    this.#resent = metrics.counter('repram_tree_writes_resent_total', 'Writes sent again to another parent.');
    metrics.gauge('repram_tree_outbox_writes', 'Writes that no quorum is known to hold.', () => this.#writes.size);
    metrics.gauge('repram_tree_outbox_bytes', 'Bytes of the writes in the outbox.', () => this.#bytes);
  }

  get size(): number {
    return this.#writes.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether another write finds room, be it that one goes that a substrate holds. */
  get hasRoom(): boolean {
    if (!this.#isFull || this.#held.size > 0) return true;
    if (this.#clock.monotonicMs() - this.#sweptMs >= SWEEP_PERIOD_MS) this.sweep();
    return !this.#isFull;
  }

  /**
   * Over how many substrates a quorum is taken; `undefined` = not known yet. What waits may have its quorum by that.
   */
  set basis(basis: number | undefined) {
    if (basis === this.#basis) return;
    this.#basis = basis;
    for (const [id, write] of this.#writes) this.#settleIfReached(id, write);
  }

  /** Takes in a write, and resolves when the client is to be answered. Never rejects. */
  add(message: PutMessage, expiresAtMs: number): Promise<UplinkWrite> {
    if (this.#isOver) return Promise.resolve('pending');
    if (!this.hasRoom) return Promise.resolve('overloaded');
    while (this.#isFull) this.#evict();
    return new Promise((resolve) => {
      // No substrate is there to acknowledge.
      const isHopeless = this.#basis === 0;
      const timer = isHopeless ? undefined : this.#timer(message.messageId);
      const answer = (outcome: UplinkWrite): void => {
        timer?.cancel();
        resolve(outcome);
      };
      const write: Unsettled = { message, expiresAtMs, acked: new Set(), wasSent: false, answer };
      this.#writes.set(message.messageId, write);
      this.#queue.push(message.messageId);
      this.#bytes += costOf(message);
      if (isHopeless) this.#answer(write, 'pending');
    });
  }

  /** A substrate holds the write. Whether a write waits for that. */
  acked(messageId: string, by: string): boolean {
    const write = this.#writes.get(messageId);
    if (write === undefined) return false;
    if (write.acked.size <= this.#largestQuorum) write.acked.add(by);
    this.#held.add(messageId);
    this.#settleIfReached(messageId, write);
    return true;
  }

  /** The copies of a substrate count no more. */
  revoke(by: string): void {
    for (const [id, { acked }] of this.#writes) if (acked.delete(by) && acked.size === 0) this.#held.delete(id);
  }

  /** There is another parent: everything is to be sent to it, oldest first. */
  rewind(): void {
    this.#queue = [...this.#writes.keys()];
    this.#sent = 0;
  }

  /** The next write to be sent. */
  next(): PutMessage | undefined {
    while (this.#sent < this.#queue.length) {
      const id = this.#queue[this.#sent++] ?? '';
      const write = this.#writes.get(id);
      if (write === undefined) continue;
      if (this.#isExpired(write)) {
        this.#expire(id, write);
        continue;
      }
      if (write.wasSent) this.#resent.inc();
      write.wasSent = true;
      return write.message;
    }
    this.#queue = [];
    this.#sent = 0;
    return undefined;
  }

  /** Drops what has expired. It looks at every write there is. */
  sweep(): void {
    this.#sweptMs = this.#clock.monotonicMs();
    for (const [id, write] of this.#writes) if (this.#isExpired(write)) this.#expire(id, write);
  }

  /** No more writes: whoever waits learns that its write is pending. What was not sent still can be. */
  end(): void {
    this.#isOver = true;
    for (const write of this.#writes.values()) this.#answer(write, 'pending');
  }

  get #isFull(): boolean {
    return this.#writes.size >= MAX_OUTBOX_WRITES || this.#bytes >= MAX_OUTBOX_BYTES;
  }

  /** ACKs beyond it change nothing; one more is kept, since one may be revoked. */
  get #largestQuorum(): number {
    return quorumSize(Number.POSITIVE_INFINITY, this.#options.replication);
  }

  #timer(messageId: string): Timer {
    return this.#clock.setTimer(this.#options.writeTimeoutMs, () => {
      const write = this.#writes.get(messageId);
      if (write !== undefined) this.#answer(write, 'pending');
    });
  }

  #settleIfReached(id: string, write: Unsettled): void {
    if (this.#basis === undefined || this.#basis < 1) return;
    if (write.acked.size < quorumSize(this.#basis, this.#options.replication)) return;
    this.#remove(id, write);
    this.#answer(write, 'quorum');
  }

  #evict(): void {
    const [id] = this.#held;
    const write = id === undefined ? undefined : this.#writes.get(id);
    if (id === undefined || write === undefined) return;
    this.#evicted.inc();
    this.#remove(id, write);
    this.#answer(write, 'pending');
  }

  #isExpired({ expiresAtMs }: Unsettled): boolean {
    return this.#clock.nowMs() >= expiresAtMs;
  }

  #expire(id: string, write: Unsettled): void {
    this.#expired.inc();
    this.#remove(id, write);
    this.#answer(write, 'pending');
  }

  #remove(id: string, write: Unsettled): void {
    this.#writes.delete(id);
    this.#held.delete(id);
    this.#bytes -= costOf(write.message);
  }

  #answer(write: Unsettled, outcome: UplinkWrite): void {
    const { answer } = write;
    write.answer = undefined;
    answer?.(outcome);
  }
}

function costOf({ key, messageId, data }: PutMessage): number {
  return WRITE_OVERHEAD_BYTES + 2 * (key.length + messageId.length) + data.byteLength;
}
