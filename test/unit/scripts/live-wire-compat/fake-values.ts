import { type Fields, positiveInteger, type Value } from './fake-parts.js';
import type { Fault } from './faults.js';

interface FakeValuesOptions {
  readonly minTtl: number;
  readonly breaks: (fault: Fault) => boolean;
}

const MAX_TTL = 86_400;

/** What the fake node stores. */
export class FakeValues {
  readonly #options: FakeValuesOptions;
  readonly #values = new Map<string, Value>();

  constructor(options: FakeValuesOptions) {
    this.#options = options;
  }

  clamp(ttl: number): number {
    const raised = Math.max(ttl, this.#options.minTtl);
    return this.#options.breaks('no-maximum-ttl') ? raised : Math.min(raised, MAX_TTL);
  }

  store(key: string, bytes: Buffer, ttl: number): void {
    const { breaks } = this.#options;
    if (bytes.length === 0 && breaks('loses-empty-values')) return;
    const second = Math.floor((this.#values.get(key)?.createdMs ?? 0) / 1000);
    if (breaks('keeps-first-of-second') && second === Math.floor(Date.now() / 1000)) return;
    const kept = breaks('mangles-binary') ? Buffer.from(bytes.toString('utf8')) : bytes;
    this.#values.set(key, { bytes: kept, ttl, createdMs: Date.now() });
  }

  find(key: string): Value | undefined {
    const value = this.#values.get(key);
    return value === undefined || Date.now() >= value.createdMs + value.ttl * 1000 ? undefined : value;
  }

  list(parameters: URLSearchParams): Fields {
    const { breaks } = this.#options;
    const compare = breaks('sorts-by-utf16')
      ? undefined
      : (a: string, b: string) => Buffer.from(a).compare(Buffer.from(b));
    const after = parameters.get('cursor') ?? '';
    const isBehind = (key: string): boolean => after === '' || Buffer.from(key).compare(Buffer.from(after)) > 0;
    const keys = [...this.#values.keys()]
      .filter((key) => breaks('lists-expired') || this.find(key) !== undefined)
      .filter((key) => key.startsWith(parameters.get('prefix') ?? '') && isBehind(key))
      .sort(compare);
    const limit = positiveInteger(parameters.get('limit'));
    if (limit === undefined || keys.length <= limit || breaks('ignores-limit')) return { keys };
    return { keys: keys.slice(0, limit), next_cursor: keys[limit - 1] };
  }
}
