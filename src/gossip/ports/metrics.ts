/** A number that only rises. */
export interface Counter {
  inc(by?: number): void;
}

/** How often a quantity took which values. */
export interface Histogram {
  observe(value: number): void;
}

/**
 * Metrics as core code sees them. A name is registered once; asking for it again with other labels gives the series of
 * those labels. Labels are fixed at registration, so that counting costs no lookup.
 */
export interface Metrics {
  counter(name: string, help: string, labels?: Readonly<Record<string, string>>): Counter;
  /** `read` is called at each collection. */
  gauge(name: string, help: string, read: () => number): void;
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: Readonly<Record<string, string>>,
  ): Histogram;
}
