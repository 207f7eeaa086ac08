import type { Clock } from '../../gossip/ports/clock.js';
import type { Histogram, Metrics } from '../../gossip/ports/metrics.js';
import { Ticker } from '../../gossip/ticker.js';

const PERIOD_MS = 500;
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] as const;

/**
 * How late timers fire, in seconds: the time by which everything else waits, too. A node whose lag nears its peers'
 * ping timeout looks dead to them.
 */
export class EventLoopLag {
  readonly #clock: Clock;
  readonly #histogram: Histogram;
  readonly #ticker: Ticker;
  #lastMs: number;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#clock = ports.clock;
    this.#histogram = ports.metrics.histogram('repram_event_loop_lag_seconds', 'How late timers fire.', BUCKETS_S);
    this.#lastMs = ports.clock.monotonicMs();
    this.#ticker = new Ticker(ports.clock, PERIOD_MS, () => this.#measure());
  }

  start(): void {
    this.#lastMs = this.#clock.monotonicMs();
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
  }

  #measure(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#histogram.observe(Math.max(0, nowMs - this.#lastMs - PERIOD_MS) / 1000);
    this.#lastMs = nowMs;
  }
}
