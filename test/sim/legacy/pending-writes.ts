import type { Timer } from '../../../src/gossip/ports/clock.js';
import type { Timers } from './timers.js';

/** How long a write waits for its quorum, in milliseconds. */
export const WRITE_TIMEOUT_MS = 5000;

interface Pending {
  copies: number;
  readonly quorum: number;
  readonly timer: Timer;
  readonly done: (status: 201 | 202) => void;
}

/** How many copies an old node wants of a write: floor(min(enclave nodes, replication) / 2) + 1, itself included. */
export function quorumOf(enclaveNodes: number, replication: number): number {
  return Math.floor(Math.min(enclaveNodes, replication) / 2) + 1;
}

/** Writes that wait for ACKs. Every ACK counts as one more copy, whoever sends it and however often. */
export class PendingWrites {
  readonly #timers: Timers;
  /** Bounded by the writes of five seconds. */
  readonly #pending = new Map<string, Pending>();
  #ended = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** 201 once there is a quorum, the copy of this node included; 202 where there is none in time. */
  wait(id: string, quorum: number): Promise<201 | 202> {
    if (quorum <= 1) return Promise.resolve(201);
    if (this.#ended) return Promise.resolve(202);
    return new Promise((done) => {
      const timer = this.#timers.set(WRITE_TIMEOUT_MS, () => this.#finish(id, 202));
      this.#pending.set(id, { copies: 1, quorum, timer, done });
    });
  }

  ack(id: string): void {
    const write = this.#pending.get(id);
    if (write !== undefined && ++write.copies >= write.quorum) this.#finish(id, 201);
  }

  /** No write waits any longer, nor will one. */
  end(): void {
    this.#ended = true;
    for (const id of [...this.#pending.keys()]) this.#finish(id, 202);
  }

  #finish(id: string, status: 201 | 202): void {
    const write = this.#pending.get(id);
    if (write === undefined) return;
    this.#pending.delete(id);
    write.timer.cancel();
    write.done(status);
  }
}
