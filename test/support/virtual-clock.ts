import type { Clock, Timer } from '../../src/gossip/ports/clock.js';

interface Pending {
  readonly dueMs: number;
  /** Orders timers that are due at the same time as they were set. */
  readonly sequence: number;
  fn: () => void;
  cancelled: boolean;
}

/** In the place of what a cancelled timer would have done, so that nothing is kept alive until it would have been due. */
const NOTHING = (): void => undefined;

/** Where a virtual clock's wall time starts unless told otherwise: 2026-11-20T22:55:40Z. */
export const VIRTUAL_START_MS = 1_795_215_340_000;

/** Time that stands still until a test moves it. Monotonic time starts at 0. */
export class VirtualClock implements Clock {
  readonly #heap: Pending[] = [];
  #monotonicMs = 0;
  #wallOffsetMs: number;
  #sequence = 0;
  #pending = 0;

  constructor(startMs: number = VIRTUAL_START_MS) {
    this.#wallOffsetMs = startMs;
  }

  nowMs(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Timers that are set and have neither fired nor been cancelled: 0 once everything under test has stopped. */
  get pendingTimers(): number {
    return this.#pending;
  }

  setTimer(ms: number, fn: () => void): Timer {
    const dueMs = this.#monotonicMs + Math.max(0, ms);
    const timer: Pending = { dueMs, sequence: this.#sequence++, fn, cancelled: false };
    push(this.#heap, timer);
    this.#pending++;
    return {
      cancel: () => {
        if (timer.cancelled) return;
        timer.cancelled = true;
        timer.fn = NOTHING;
        this.#pending--;
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  /**
   * Moves time on by `ms`, running each timer at its own moment and in order, those included that timers set. Promise
   * continuations run only after this returns: use `run` for code that sleeps.
   */
  advance(ms: number): void {
    const untilMs = this.#monotonicMs + ms;
    while (this.step(untilMs));
  }

  /** As `advance`, and lets promise continuations run to their end before each timer and at the end. */
  async run(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settle();
    while (this.step(untilMs)) await settle();
    await settle();
  }

  /** Moves the wall clock alone, as an operator or NTP would. Negative goes back. No timer fires. */
  jump(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** Fires the next timer that is due by `untilMs`, and moves time to it; `false`, and time at `untilMs`, where none is. */
  step(untilMs: number): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.dueMs > untilMs) {
        this.#monotonicMs = Math.max(this.#monotonicMs, untilMs);
        return false;
      }
      pop(this.#heap);
      if (next.cancelled) continue;
      next.cancelled = true;
      this.#pending--;
      this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs);
      next.fn();
      return true;
    }
  }
}

/** `Clock.sleep` by a clock's own timers. */
export function sleepOn(clock: Pick<Clock, 'setTimer'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const wake = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = clock.setTimer(ms, wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}

/** Lets every promise continuation that can run do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function before(a: Pending, b: Pending): boolean {
  return a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.sequence < b.sequence;
}

function push(heap: Pending[], timer: Pending): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt] as Pending;
    if (!before(timer, parent)) break;
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = timer;
}

function pop(heap: Pending[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let childAt = 2 * at + 1;
    if (childAt >= heap.length) break;
    const right = heap[childAt + 1];
    if (right !== undefined && before(right, heap[childAt] as Pending)) childAt++;
    const child = heap[childAt] as Pending;
    if (!before(child, last)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = last;
}
