import type { Clock } from '../../gossip/ports/clock.js';
import { Ticker } from '../../gossip/ticker.js';
import type { Line } from './line.js';

/** Time between two pings, and after the last byte that came in until a socket is dead, in milliseconds. */
export const PING_PERIOD_MS = 5000;
export const SILENCE_MS = 10_000;

const TICK_MS = 500;
const PING_TICKS = PING_PERIOD_MS / TICK_MS;
const SILENT_TICKS = SILENCE_MS / TICK_MS;

/**
 * Judges by the bytes that come in whether the other end of a line lives. Time is counted in ticks: while this process
 * stands still there are none, and what came in meanwhile is read before the next one counts against the other end.
 */
export class Heartbeat {
  readonly #line: Line;
  readonly #onSilence: () => void;
  readonly #ticker: Ticker;
  #bytesReceived: number;
  #ticks = 0;
  #silentTicks = 0;

  constructor(clock: Clock, line: Line, onSilence: () => void) {
    this.#line = line;
    this.#onSilence = onSilence;
    this.#bytesReceived = line.bytesReceived;
    this.#ticker = new Ticker(clock, TICK_MS, () => this.#tick());
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): void {
    this.#ticker.stop();
  }

  #tick(): void {
    const { bytesReceived } = this.#line;
    this.#silentTicks = bytesReceived === this.#bytesReceived ? this.#silentTicks + 1 : 0;
    this.#bytesReceived = bytesReceived;
    if (this.#silentTicks >= SILENT_TICKS) this.#onSilence();
    else if (++this.#ticks % PING_TICKS === 0) this.#line.ping();
  }
}
