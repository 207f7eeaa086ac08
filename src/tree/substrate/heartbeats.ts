import type { Clock } from '../../gossip/ports/clock.js';
import { Ticker } from '../../gossip/ticker.js';
import type { Children } from './children.js';

/** Time between two pings, and without an inbound byte after which a child is held for dead, in milliseconds. */
export const HEARTBEAT_MS = 5000;
export const DEAD_MS = 10_000;
/** Time between two looks at who has been heard, in milliseconds. */
export const LOOK_MS = 1000;

const LOOKS_PER_HEARTBEAT = HEARTBEAT_MS / LOOK_MS;

/** Asks the children for signs of life, and ends those that give none. */
export class Heartbeats {
  readonly #clock: Clock;
  readonly #children: Children;
  readonly #ticker: Ticker;
  #looks = 0;
  #lookedMs = 0;

  constructor(clock: Clock, children: Children) {
    this.#clock = clock;
    this.#children = children;
    this.#ticker = new Ticker(clock, LOOK_MS, () => this.#look());
  }

  start(): void {
    this.#lookedMs = this.#clock.monotonicMs();
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
  }

  /** Where this node itself stood still, what came in meanwhile may not have been read yet. */
  #look(): void {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = nowMs - this.#lookedMs - LOOK_MS;
    this.#lookedMs = nowMs;
    const isPingDue = ++this.#looks % LOOKS_PER_HEARTBEAT === 0;
    for (const child of this.#children.all()) {
      if (lateMs >= LOOK_MS) child.excuse(lateMs);
      if (child.silenceMs() >= DEAD_MS) child.feed('silent');
      else if (isPingDue) child.ping();
    }
  }
}
