import type { Log } from '../ports/log.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { SessionOutcome } from './session.js';

/** Counts how comparisons with other replicas went, and logs each. */
export class SessionOutcomes {
  readonly #log: Log;
  readonly #counters: Readonly<Record<SessionOutcome, Counter>>;

  constructor(ports: { readonly log: Log; readonly metrics: Metrics }) {
    const counter = (outcome: SessionOutcome): Counter =>
      ports.metrics.counter('repram_repair_sessions_total', 'Comparisons with another replica, by outcome.', {
        outcome,
      });
    this.#log = ports.log;
    this.#counters = {
      equal: counter('equal'),
      repaired: counter('repaired'),
      differs: counter('differs'),
      failed: counter('failed'),
    };
  }

  /** A comparison with `memberId` is over, and has moved so many entries. */
  add(memberId: string, outcome: SessionOutcome, moved: number): void {
    this.#counters[outcome].inc();
    this.#log[outcome === 'failed' ? 'info' : 'debug'](`repair: ${outcome}`, { peer: memberId, keys: moved });
  }
}
