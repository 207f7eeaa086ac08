import type { Clock } from '../../../src/gossip/ports/clock.js';
import { type Rng, randomInt } from '../../../src/gossip/ports/rng.js';
import type { LegacyFlavour } from './flavour.js';

/**
 * Message ids as the recordings show them.
 *
 * - Go: `<key>-<ns>` for a write, `<ns>-<counter>` for the rest; writes do not count.
 * - TypeScript: `<key>-<ms>-<ns>-<counter>` for a write, `<ns>-<counter>` for the rest; the nanoseconds are
 *   milliseconds with six zeros, and everything counts.
 */
export class MessageIds {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #flavour: LegacyFlavour;
  #counter = 0;
  #lastMs = -1;
  #fraction = 0;

  constructor(ports: { readonly clock: Clock; readonly rng: Rng }, flavour: LegacyFlavour) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#flavour = flavour;
  }

  forWrite(key: string): string {
    if (this.#flavour === 'go') return `${key}-${this.#nanoseconds()}`;
    return `${key}-${this.#milliseconds()}-${this.#nanoseconds()}-${++this.#counter}`;
  }

  forOther(): string {
    return `${this.#nanoseconds()}-${++this.#counter}`;
  }

  #milliseconds(): number {
    return Math.floor(this.#clock.nowMs());
  }

  /** As text: nanoseconds since the epoch exceed 2^53. Within one virtual millisecond Go's go on by one. */
  #nanoseconds(): string {
    const ms = this.#milliseconds();
    if (this.#flavour === 'ts') return `${ms}000000`;
    this.#fraction = ms === this.#lastMs ? (this.#fraction + 1) % 1_000_000 : randomInt(this.#rng, 1_000_000);
    this.#lastMs = ms;
    return `${ms}${String(this.#fraction).padStart(6, '0')}`;
  }
}
