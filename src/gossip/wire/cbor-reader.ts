import { MAX_LOGICAL, type Version } from '../version.js';
import { isCount, isKey, isName } from './fields.js';
import { isJsonObject, type JsonObject } from './json.js';
import { MAX_TIMESTAMP_MS } from './limits.js';
import { textOf } from './utf8.js';

/**
 * Reads the fields of a decoded CBOR map one by one and remembers the first that is wrong. After that every reading is
 * a placeholder, so look at `wrongField` before using any.
 */
export class CborReader {
  readonly #map: JsonObject;
  #wrongField: string | undefined;

  constructor(map: JsonObject) {
    this.#map = map;
  }

  /** The first field found wrong. */
  get wrongField(): string | undefined {
    return this.#wrongField;
  }

  has(field: string): boolean {
    return this.#map[field] !== undefined;
  }

  /** A node id, or another name of at most `maxBytes`. */
  name(field: string, maxBytes?: number): string {
    const text = textOf(this.#map[field]);
    return isName(text, maxBytes) ? text : this.#wrong(field, '');
  }

  key(field: string): string {
    const text = textOf(this.#map[field]);
    return isKey(text) ? text : this.#wrong(field, '');
  }

  /** Any text of at most `maxBytes` bytes, none at all included. */
  text(field: string, maxBytes: number): string {
    const value = this.#map[field];
    const text = value instanceof Uint8Array && value.byteLength <= maxBytes ? textOf(value) : undefined;
    return text ?? this.#wrong(field, '');
  }

  /** A whole number from 0 to `max`. */
  count(field: string, max: number): number {
    const value = this.#map[field];
    return isCount(value, max) ? value : this.#wrong(field, 0);
  }

  /** At most `maxBytes` bytes, which share memory with nothing else. */
  bytes(field: string, maxBytes: number): Uint8Array {
    const value = this.#map[field];
    if (value instanceof Uint8Array && value.byteLength <= maxBytes) return value;
    return this.#wrong(field, new Uint8Array(0));
  }

  version(field: string): Version {
    const value = this.#map[field];
    const [ms, logical, origin] = Array.isArray(value) && value.length === 3 ? value : [];
    const name = textOf(origin);
    if (isCount(ms, MAX_TIMESTAMP_MS) && isCount(logical, MAX_LOGICAL) && isName(name)) {
      return { ms, logical, origin: name };
    }
    return this.#wrong(field, { ms: 0, logical: 0, origin: '' });
  }

  /** A list of at most `max` items, each of which `read` takes; `read` gives `undefined` for one that is wrong. */
  list<T>(field: string, max: number, read: (item: unknown) => T | undefined): readonly T[] {
    const value = this.#map[field];
    if (!Array.isArray(value) || value.length > max) return this.#wrong(field, []);
    const items: T[] = [];
    for (const each of value) {
      const item = read(each);
      if (item === undefined) return this.#wrong(field, []);
      items.push(item);
    }
    return items;
  }

  /** Calls a field wrong that was read, but does not go with the others. */
  fault(field: string): void {
    this.#wrong(field, undefined);
  }

  #wrong<T>(field: string, placeholder: T): T {
    this.#wrongField ??= field;
    return placeholder;
  }
}

/** What `read` makes of a map in a list; `undefined` where it is no map, or a field is wrong. */
export function readMap<T>(value: unknown, read: (fields: CborReader) => T): T | undefined {
  if (!isJsonObject(value) || value instanceof Uint8Array) return undefined;
  const fields = new CborReader(value);
  const result = read(fields);
  return fields.wrongField === undefined ? result : undefined;
}
