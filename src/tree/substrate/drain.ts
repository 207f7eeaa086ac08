import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { ChildSocket } from './child-socket.js';
import type { Children } from './children.js';

/** How long a child of another implementation has after the goodbye, in milliseconds: it does not say that it has moved. */
export const FOREIGN_DRAIN_MS = 500;

/** Takes leave of all children: each is told, moves, and goes; who has not gone in time is closed. */
export class Drain {
  readonly #clock: Clock;
  readonly #children: Children;
  /** Two at most. */
  readonly #timers: Timer[] = [];
  readonly #over: Promise<void>;
  #end: () => void = () => undefined;
  #isDraining = false;

  constructor(clock: Clock, children: Children) {
    this.#clock = clock;
    this.#children = children;
    this.#over = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Resolves when every child has gone, or after `timeoutMs`. A second call waits for the first.
   *
   * @param sockets all there are, those without a place included
   */
  run(timeoutMs: number, sockets: readonly ChildSocket[]): Promise<void> {
    if (this.#isDraining) return this.#over;
    this.#isDraining = true;
    for (const socket of sockets) socket.feed('drain');
    this.#after(FOREIGN_DRAIN_MS, () => this.#close(this.#children.all().filter((child) => !child.isOurs)));
    this.#after(timeoutMs, () => {
      this.#close(this.#children.all());
      this.stop();
    });
    this.check();
    return this.#over;
  }

  /** Somebody has gone. */
  check(): void {
    if (this.#isDraining && this.#children.size === 0) this.stop();
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
    this.#isDraining = true;
    this.#end();
  }

  #after(ms: number, fn: () => void): void {
    this.#timers.push(this.#clock.setTimer(ms, fn));
  }

  #close(children: readonly ChildSocket[]): void {
    for (const child of children) child.feed('drain-over');
  }
}
