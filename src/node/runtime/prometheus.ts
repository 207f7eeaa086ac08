import { Gauge, Counter as PromCounter, Histogram as PromHistogram, Registry } from 'prom-client';
import type { Counter, Histogram, Metrics } from '../../gossip/ports/metrics.js';

/**
 * A series of a counter: a plain number that the registry reads when it is scraped, so that counting costs an addition.
 */
class Series implements Counter {
  value = 0;

  inc(by = 1): void {
    this.value += by;
  }
}

/** Metrics in the Prometheus text format, behind the port of the core rooms. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry();
  /** By name and labels. Bounded by what code registers: names and labels are constants. */
  readonly #series = new Map<string, Map<string, { labels: Readonly<Record<string, string>>; series: Series }>>();
  /** By name. Bounded likewise. */
  readonly #histograms = new Map<string, PromHistogram>();

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  counter(name: string, help: string, labels: Readonly<Record<string, string>> = {}): Counter {
    let family = this.#series.get(name);
    if (family === undefined) {
      family = new Map();
      this.#series.set(name, family);
      this.#register(name, help, Object.keys(labels), family);
    }
    const key = JSON.stringify(labels);
    const known = family.get(key);
    if (known !== undefined) return known.series;
    const series = new Series();
    family.set(key, { labels, series });
    return series;
  }

  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels: Readonly<Record<string, string>> = {},
  ): Histogram {
    let family = this.#histograms.get(name);
    if (family === undefined) {
      const labelNames = Object.keys(labels);
      family = new PromHistogram({ name, help, labelNames, buckets: [...buckets], registers: [this.#registry] });
      this.#histograms.set(name, family);
    }
    return family.labels(labels);
  }

  #register(
    name: string,
    help: string,
    labelNames: string[],
    family: ReadonlyMap<string, { labels: Readonly<Record<string, string>>; series: Series }>,
  ): void {
    new PromCounter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const { labels, series } of family.values()) this.inc(labels, series.value);
      },
    });
  }
}
