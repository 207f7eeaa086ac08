import type { Counter, Metrics } from '../ports/metrics.js';
import type { Entry } from '../ports/store.js';
import { costOf } from './batch.js';

/** What repair moved, in metrics. */
export class RepairTally {
  readonly #received: Flow;
  readonly #given: Flow;

  constructor(metrics: Metrics) {
    this.#received = flow(metrics, 'received');
    this.#given = flow(metrics, 'given');
  }

  /** Entries came, `stored` of which were lacking here. */
  received(entries: readonly Entry[], stored: number): void {
    this.#received.keys.inc(stored);
    this.#received.bytes.inc(costOf(entries));
  }

  /** Entries went, `taken` of which need not be given again. */
  given(entries: readonly Entry[], taken: number): void {
    this.#given.keys.inc(taken);
    this.#given.bytes.inc(costOf(entries));
  }
}

interface Flow {
  readonly keys: Counter;
  readonly bytes: Counter;
}

function flow(metrics: Metrics, direction: string): Flow {
  return {
    keys: metrics.counter('repram_repair_keys_total', 'Keys that repair brought up to date.', { direction }),
    bytes: metrics.counter('repram_repair_bytes_total', 'Bytes of entries that repair moved.', { direction }),
  };
}
