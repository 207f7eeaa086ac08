import type { Clock } from '../ports/clock.js';
import { within } from '../within.js';

/** So many dial-backs have to fail, with nothing coming in meanwhile, before a node holds that it cannot be dialled; */
export const FAILED_DIAL_BACKS = 3;
/** and so long has to lie between the first and the last of them, in milliseconds. */
export const LEAST_DOUBT_MS = 2000;
/** How long a node waits that a seed could not dial before it asks to be dialled again, in milliseconds. */
export const DIAL_AGAIN_MS = 500;
/** How long writes and reads wait for a node in doubt, in milliseconds: a seed that fell silent leaves it there. */
export const LONGEST_DOUBT_MS = 6000;

/**
 * Whether this node can be dialled. One dial-back that is taken says yes, and so does any message that another node posts
 * here: one that came late, because this machine was busy, says so too. No is said for good and costs a node its membership, so that
 * it takes several failures over a time in which nobody got through.
 */
export class Reach {
  readonly #clock: Clock;
  readonly #found: (isReachable: boolean) => void;
  readonly #decided: Promise<void>;
  #decide: () => void = () => undefined;
  #answer: boolean | undefined;
  #failures = 0;
  #firstFailureMs = 0;

  /** @param found called once, with the answer */
  constructor(clock: Clock, found: (isReachable: boolean) => void) {
    this.#clock = clock;
    this.#found = found;
    this.#decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  get isOpen(): boolean {
    return this.#answer === undefined;
  }

  get isUnreachable(): boolean {
    return this.#answer === false;
  }

  /** Resolves when there is no doubt: none has come up, it has ended, or it takes too long. */
  async settled(): Promise<void> {
    if (!this.isOpen || this.#failures === 0) return;
    await within(this.#clock, this.#decided, LONGEST_DOUBT_MS);
  }

  /** A seed has dialled this node, or takes it for one that can be dialled; or another node has. */
  dialled(): void {
    this.#conclude(true);
  }

  /** A seed could not dial this node. */
  failed(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#failures === 0) this.#firstFailureMs = nowMs;
    this.#failures++;
    const doubtMs = nowMs - this.#firstFailureMs;
    if (this.#failures >= FAILED_DIAL_BACKS && doubtMs >= LEAST_DOUBT_MS) this.#conclude(false);
  }

  #conclude(answer: boolean): void {
    if (!this.isOpen) return;
    this.#answer = answer;
    this.#decide();
    this.#found(answer);
  }
}
