import type { Log, LogFields } from '../../src/gossip/ports/log.js';
import type { Counter, Histogram, Metrics } from '../../src/gossip/ports/metrics.js';
import type { Rng } from '../../src/gossip/ports/rng.js';

/** Seeded randomness (mulberry32): one seed, one sequence, on every machine. */
export class SeededRng implements Rng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** Keeps what was logged for a test to look at. */
export class RecordingLog implements Log {
  readonly lines: LogLine[] = [];

  debug(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }

  /** The messages logged at `level`, oldest first. */
  messages(level: LogLevel): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.message);
  }
}

type Labels = Readonly<Record<string, string>>;

/** Metrics whose values a test can read. */
export class ReadableMetrics implements Metrics {
  readonly #counters = new Map<string, { value: number }>();
  readonly #gauges = new Map<string, () => number>();
  readonly #observations = new Map<string, number[]>();

  counter(name: string, _help: string, labels: Labels = {}): Counter {
    const id = seriesId(name, labels);
    const series = this.#counters.get(id) ?? { value: 0 };
    this.#counters.set(id, series);
    return {
      inc: (by = 1) => {
        series.value += by;
      },
    };
  }

  gauge(name: string, _help: string, read: () => number): void {
    if (this.#gauges.has(name)) throw new Error(`gauge ${name} is registered twice`);
    this.#gauges.set(name, read);
  }

  histogram(name: string, _help: string, _buckets: readonly number[], labels: Labels = {}): Histogram {
    const id = seriesId(name, labels);
    const observed = this.#observations.get(id) ?? [];
    this.#observations.set(id, observed);
    return { observe: (value) => void observed.push(value) };
  }

  /** The value of a counter or gauge. Throws where nothing of that name and labels was registered. */
  value(name: string, labels: Labels = {}): number {
    const value = this.#gauges.get(name)?.() ?? this.#counters.get(seriesId(name, labels))?.value;
    if (value === undefined) throw new Error(`no metric ${seriesId(name, labels)}`);
    return value;
  }

  /** Everything a histogram observed, in order. Throws where there is none of that name and labels. */
  observations(name: string, labels: Labels = {}): readonly number[] {
    const id = seriesId(name, labels);
    const observed = this.#observations.get(id);
    if (observed === undefined) throw new Error(`no histogram ${id}`);
    return observed;
  }
}

function seriesId(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${pairs.map(([label, value]) => `${label}="${value}"`).join(',')}}`;
}
