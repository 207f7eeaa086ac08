import type { Clock } from '../ports/clock.js';
import type { Metrics } from '../ports/metrics.js';

/** Largest score: the most that timeouts are stretched by (memberlist's awareness has the same bound). */
const MAX_SCORE = 8;

/** Turns of the round that the share of failures is taken over. */
const WINDOW = 16;

/** A share of failures up to this is nothing to wonder at: so many members may be in trouble at a time. */
const USUAL_SHARE = 0.1;

/** How much longer silence has to last where every probe fails. */
const STRETCH = 10;

/**
 * How far this node should trust its own eyes (Lifeguard's local health, Dadgar, Phillips and Currey, DSN-W 2018, with a
 * second measure for lossy networks).
 *
 * The score rises when this node is late, is accused itself, or misses even the refusals of those it asked for help; it
 * falls with every answer. It stretches timeouts. The share of members that did not answer in their turn of the round
 * tells of the network: where many fail, a silent one is more likely to be unheard than dead, and silence has to last
 * longer.
 */
export class LocalHealth {
  readonly #enabled: boolean;
  /** Outcomes of the last turns, true = failed. Bounded by `WINDOW`. */
  readonly #turns: boolean[] = [];
  #score = 0;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, options: { readonly enabled: boolean }) {
    this.#enabled = options.enabled;
    const { metrics } = ports;
    metrics.gauge('repram_local_health_score', 'How late or deaf this node finds itself: 0 (sound) to 8.', () => {
      return this.#score;
    });
    metrics.gauge('repram_probe_failure_share', 'Share of the last turns of the round that failed.', () => {
      return this.failureShare;
    });
  }

  /** A turn of the round is over: not the repeated probes of one suspect, which would count it many times. */
  turned(failed: boolean): void {
    this.#turns.push(failed);
    if (this.#turns.length > WINDOW) this.#turns.shift();
  }

  /** A member answered. */
  answered(): void {
    this.#score = Math.max(0, this.#score - 1);
  }

  /** Something hints that the fault is here: once for each member that did not even say that it failed, too. */
  doubted(times = 1): void {
    this.#score = Math.min(MAX_SCORE, this.#score + times);
  }

  get failureShare(): number {
    if (this.#turns.length === 0) return 0;
    return this.#turns.filter((failed) => failed).length / this.#turns.length;
  }

  /** By how much timeouts are stretched, 1 to 9 (Lifeguard's LHA-Probe). */
  get timeoutFactor(): number {
    return this.#enabled ? 1 + this.#score : 1;
  }

  /** By how much silence is stretched, 1 to 10. */
  get silenceFactor(): number {
    return this.#enabled ? 1 + STRETCH * Math.max(0, this.failureShare - USUAL_SHARE) : 1;
  }
}
