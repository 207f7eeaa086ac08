import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { AnswerFrame, AskFrame, AskKind } from '../frame.js';

/** Most questions under way: what a parent allows a child. */
export const MAX_QUESTIONS = 64;

/** What became of a question. */
export type Answer = Pick<AnswerFrame, 'status' | 'body'>;

interface Waiting {
  readonly timer: Timer;
  readonly settle: (answer: Answer) => void;
}

const NOTHING = new Uint8Array(0);
const UNREACHED: Answer = { status: 'unreached', body: NOTHING };
const OVERLOADED: Answer = { status: 'overloaded', body: NOTHING };

/** Questions to one parent that wait for their answers. */
export class Questions {
  readonly #clock: Clock;
  readonly #send: (frame: AskFrame) => void;
  readonly #refused: Counter;
  /** By the id of the question. Bounded by `MAX_QUESTIONS` and their timeouts. */
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #isOver = false;

  constructor(
    ports: { readonly clock: Clock; readonly metrics: Metrics },
    parts: { readonly send: (frame: AskFrame) => void },
  ) {
    this.#clock = ports.clock;
    this.#send = parts.send;
    this.#refused = ports.metrics.counter(
      'repram_tree_questions_refused_total',
      'Questions that were not asked of the parent, because too many were under way.',
    );
  }

  /** Asks one question. Without an answer in time it is `unreached`; too many at a time are `overloaded`. Never rejects. */
  ask(kind: AskKind, body: Uint8Array, timeoutMs: number): Promise<Answer> {
    if (this.#isOver) return Promise.resolve(UNREACHED);
    if (this.#waiting.size >= MAX_QUESTIONS) {
      this.#refused.inc();
      return Promise.resolve(OVERLOADED);
    }
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMs, () => this.#settle(id, UNREACHED));
      this.#waiting.set(id, { timer, settle: resolve });
      this.#send({ type: 'ask', id, kind, body });
    });
  }

  answered({ id, status, body }: AnswerFrame): void {
    this.#settle(id, { status, body });
  }

  /** No more answers come. */
  end(): void {
    this.#isOver = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id, UNREACHED);
  }

  #settle(id: number, answer: Answer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    waiting.timer.cancel();
    waiting.settle(answer);
  }
}
