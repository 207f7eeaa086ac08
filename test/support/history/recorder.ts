import type { Operation, ReadOperation, WriteOperation, WriteOutcome } from './operation.js';

export type WriteStart = Pick<WriteOperation, 'node' | 'instance' | 'key' | 'value' | 'ttlSeconds'>;
export type ReadStart = Pick<ReadOperation, 'node' | 'instance' | 'key'>;

/** What is learned about a write while it runs or when it ends. */
export type WriteFacts = Pick<WriteOperation, 'instance' | 'version' | 'expiresAtMs'>;

/** A write that runs. Recorded from the start, since it may be read before it ends. */
export interface OpenWrite {
  /** The client has its answer. Without this call the outcome stays unknown. */
  end(outcome: Exclude<WriteOutcome, 'unknown'>, facts?: WriteFacts): void;
  /** What is known although the client has no answer. */
  learn(facts: WriteFacts): void;
}

/** A read that runs. Recorded when it ends; one that is not answered leaves no trace. */
export interface OpenRead {
  end(value: string | undefined): void;
}

/** Takes down what clients do, with the times of one clock. Grows with every operation: one recorder a test. */
export class HistoryRecorder {
  readonly #nowMs: () => number;
  readonly #operations: Operation[] = [];

  /** `nowMs` reads the clock of the history, the one that the clocks of the nodes are judged by. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  get operations(): readonly Operation[] {
    return this.#operations;
  }

  beginWrite(start: WriteStart): OpenWrite {
    const index = this.#operations.length;
    let write: WriteOperation = { ...start, kind: 'write', invokedMs: this.#nowMs(), outcome: 'unknown' };
    const update = (change: Partial<WriteOperation>): void => {
      write = { ...write, ...change };
      this.#operations[index] = write;
    };
    update({});
    return {
      learn: update,
      end: (outcome, facts = {}) => update({ ...facts, outcome, completedMs: this.#nowMs() }),
    };
  }

  beginRead(start: ReadStart): OpenRead {
    const invokedMs = this.#nowMs();
    return {
      end: (value) => {
        this.#operations.push({ ...start, kind: 'read', value, invokedMs, completedMs: this.#nowMs() });
      },
    };
  }
}
