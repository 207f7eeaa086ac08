import type { VirtualClock } from '../../support/virtual-clock.js';

/** Work that waits while the event loop stands still. */
interface Waiting {
  readonly run: () => void;
}

/**
 * The event loop of one simulated process. All of its code runs inside `timer` or `input`; while it is stalled that
 * waits, and once it has ended nothing of it runs any more.
 */
export class SimProcess {
  /** Called as it ends. Bounded by its open links. */
  readonly onEnd = new Set<() => void>();
  readonly #clock: VirtualClock;
  readonly #onRun: (process: SimProcess) => void;
  #state: 'running' | 'stalled' | 'ended' = 'running';
  #stalledUntilMs = 0;
  #resumedMs = Number.NEGATIVE_INFINITY;
  /** Bounded by the stall: it holds what came due within it. */
  #dueTimers: Waiting[] = [];
  #dueInputs: Waiting[] = [];

  constructor(clock: VirtualClock, onRun: (process: SimProcess) => void) {
    this.#clock = clock;
    this.#onRun = onRun;
  }

  get isStalled(): boolean {
    return this.#state === 'stalled';
  }

  /** World time at which it last went on after it had stood still; -Infinity before. */
  get resumedMs(): number {
    return this.#resumedMs;
  }

  get hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** A timer of the process is due. */
  timer(run: () => void): void {
    this.#enter(run, this.#dueTimers);
  }

  /** Something arrived for the process: a request, an answer, the end of a connection. */
  input(run: () => void): void {
    this.#enter(run, this.#dueInputs);
  }

  /**
   * The event loop stands still for `ms`, or until it is resumed: the kernel goes on taking connections and bytes for
   * it. Of stalls that overlap, the one that ends last counts.
   */
  stall(ms: number): void {
    if (this.#state === 'ended') return;
    this.#state = 'stalled';
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, this.#clock.monotonicMs() + ms);
    this.#clock.setTimer(ms, () => {
      if (this.#clock.monotonicMs() >= this.#stalledUntilMs) this.resume();
    });
  }

  /**
   * The event loop goes on. As in Node.js, overdue timers come before what arrived meanwhile: so a request may time out
   * although its answer has long been there.
   */
  resume(): void {
    if (this.#state !== 'stalled') return;
    this.#state = 'running';
    this.#stalledUntilMs = 0;
    this.#resumedMs = this.#clock.monotonicMs();
    const [timers, inputs] = [this.#dueTimers, this.#dueInputs];
    this.#dueTimers = [];
    this.#dueInputs = [];
    for (const { run } of timers) this.#clock.setTimer(0, () => this.timer(run));
    for (const { run } of inputs) this.#clock.setTimer(0, () => this.input(run));
  }

  end(): void {
    this.#state = 'ended';
    this.#dueTimers = [];
    this.#dueInputs = [];
    for (const tell of this.onEnd) tell();
    this.onEnd.clear();
  }

  #enter(run: () => void, waiting: Waiting[]): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'stalled') {
      waiting.push({ run });
      return;
    }
    this.#onRun(this);
    run();
  }
}
