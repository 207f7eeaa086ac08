import type { Metrics } from '../ports/metrics.js';

/** Largest score: the most that timeouts are stretched by (memberlist's awareness has the same bound). */
const MAX_SCORE = 8;

/** Turns of the round that the share of failures is taken over. */
const WINDOW = 32;

/** Of fewer members than this, a failure says little about the network. */
const MIN_SAMPLE = 8;

/** A share of failures up to this is nothing to wonder at: so many members may be in trouble at a time. */
const USUAL_SHARE = 0.15;

/** How much longer silence has to last for each share of failures beyond the usual, and at most. */
const STRETCH = 6;
const MAX_STRETCH = 4;

interface Turn {
  readonly id: string;
  readonly failed: boolean;
}

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
  /** The last turns, one a member. Bounded by `WINDOW`. */
  #turns: readonly Turn[] = [];
  #score = 0;

  constructor(ports: { readonly metrics: Metrics }, options: { readonly enabled: boolean }) {
    this.#enabled = options.enabled;
    const { metrics } = ports;
    metrics.gauge('repram_local_health_score', 'How late or deaf this node finds itself: 0 (sound) to 8.', () => {
      return this.#score;
    });
    metrics.gauge('repram_probe_failure_share', 'Share of the last turns of the round that failed.', () => {
      return this.#failureShare();
    });
  }

  /** Whether this node doubts itself at all. */
  get isConsidered(): boolean {
    return this.#enabled;
  }

  /** A member's turn of the round is over: not the repeated probes of a suspect, which say nothing about the others. */
  turned(id: string, failed: boolean): void {
    this.#turns = [...this.#turns.filter((turn) => turn.id !== id), { id, failed }].slice(-WINDOW);
  }

  /** The member is in the round no more: nothing would take the place of its last turn. */
  forget(id: string): void {
    this.#turns = this.#turns.filter((turn) => turn.id !== id);
  }

  /** A member answered. */
  answered(): void {
    this.#score = Math.max(0, this.#score - 1);
  }

  /** Something hints that the fault is here: once for each member that did not even say that it failed, too. */
  doubted(times = 1): void {
    this.#score = Math.min(MAX_SCORE, this.#score + times);
  }

  /** By how much timeouts are stretched, 1 to 9 (Lifeguard's LHA-Probe). */
  get timeoutFactor(): number {
    return this.#enabled ? 1 + this.#score : 1;
  }

  /** By how much the silence of a member is stretched, 1 to 4: by how many of the others fail. */
  silenceFactor(id: string): number {
    if (!this.#enabled) return 1;
    return Math.min(MAX_STRETCH, 1 + STRETCH * Math.max(0, this.#failureShare(id) - USUAL_SHARE));
  }

  #failureShare(exceptId?: string): number {
    const others = this.#turns.filter((turn) => turn.id !== exceptId);
    return others.filter((turn) => turn.failed).length / Math.max(MIN_SAMPLE, others.length);
  }
}
