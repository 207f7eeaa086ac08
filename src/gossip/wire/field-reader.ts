import { isPort, normaliseHost } from '../address.js';
import { decodeBase64 } from './base64.js';
import { isCount, isKey, isMessageId, isName } from './fields.js';
import { isJsonObject, type JsonObject } from './json.js';
import { MAX_VALUE_BYTES } from './limits.js';
import { DEFAULT_ENCLAVE } from './message.js';

/**
 * Reads the fields of a JSON object one by one and remembers the first that is wrong. After that every reading is a
 * placeholder, so look at `wrongField` before using any. Where a field is optional, `null` and the empty string or zero
 * of its type read as absent: Go leaves such fields out.
 */
export class FieldReader {
  readonly #object: JsonObject;
  readonly #path: string;
  #wrongField: string | undefined;

  constructor(object: JsonObject, path = '') {
    this.#object = object;
    this.#path = path;
  }

  /** Path of the first field found wrong, as in `node_info.address`. */
  get wrongField(): string | undefined {
    return this.#wrongField;
  }

  /** Whether the field is there, and says something. */
  has(field: string): boolean {
    const value = this.#object[field];
    return value !== undefined && value !== null;
  }

  /** A node id. */
  id(field: string, maxBytes?: number): string {
    const value = this.#object[field];
    return isName(value, maxBytes) ? value : this.#wrong(field, '');
  }

  /** A node id, or '' where absent. */
  optionalId(field: string): string {
    return this.#isAbsent(field, '') ? '' : this.id(field);
  }

  /** An enclave name, or the default one where absent. */
  enclave(field: string): string {
    return this.#isAbsent(field, '') ? DEFAULT_ENCLAVE : this.id(field);
  }

  key(field: string): string {
    const value = this.#object[field];
    return isKey(value) ? value : this.#wrong(field, '');
  }

  /** A key, or '' where absent. */
  optionalKey(field: string): string {
    return this.#isAbsent(field, '') ? '' : this.key(field);
  }

  messageId(field: string): string {
    const value = this.#object[field];
    return isMessageId(value) ? value : this.#wrong(field, '');
  }

  /** A message id, or '' where absent. */
  optionalMessageId(field: string): string {
    return this.#isAbsent(field, '') ? '' : this.messageId(field);
  }

  /** A host name or IP address in its normal form. */
  host(field: string): string {
    const value = this.#object[field];
    const host = typeof value === 'string' ? normaliseHost(value) : undefined;
    return host ?? this.#wrong(field, '');
  }

  /** A TCP port that can be dialled. */
  port(field: string): number {
    const value = this.#object[field];
    return isPort(value) ? value : this.#wrong(field, 0);
  }

  /** A TCP port, or 0 where absent. */
  optionalPort(field: string): number {
    return this.#isAbsent(field, 0) ? 0 : this.port(field);
  }

  /** A whole number from 0 to `max`. */
  count(field: string, max: number): number {
    const value = this.#object[field];
    return isCount(value, max) ? value : this.#wrong(field, 0);
  }

  /** A whole number from 0 to `max`, or 0 where absent. */
  optionalCount(field: string, max: number): number {
    return this.#isAbsent(field, 0) ? 0 : this.count(field, max);
  }

  /** `true`, or `false` where absent. */
  flag(field: string): boolean {
    const value = this.#object[field] ?? false;
    return typeof value === 'boolean' ? value : this.#wrong(field, false);
  }

  /**
   * At most `maxBytes` bytes, which share memory with nothing else: in base64, or as they are where the object was
   * decoded from CBOR. Empty where absent.
   */
  value(field: string, maxBytes: number = MAX_VALUE_BYTES): Uint8Array {
    const value = this.#isAbsent(field, '') ? '' : this.#object[field];
    if (value instanceof Uint8Array && value.byteLength <= maxBytes) return value;
    const bytes = typeof value === 'string' ? decodeBase64(value, maxBytes) : undefined;
    return bytes ?? this.#wrong(field, new Uint8Array(0));
  }

  /** An array, whose items are the sender's: read each through a validator. Empty where absent. */
  list(field: string): readonly unknown[] {
    const value = this.#object[field] ?? [];
    return Array.isArray(value) ? value : this.#wrong(field, []);
  }

  /** What `parse` makes of a value, or `undefined` where it is absent. */
  parsed<T>(field: string, parse: (value: unknown) => T | undefined): T | undefined {
    const value = this.#object[field];
    return value === undefined || value === null ? undefined : (parse(value) ?? this.#wrong(field, undefined));
  }

  /** What `read` makes of a nested object, or `undefined` where it is absent. */
  optional<T>(field: string, read: (fields: FieldReader) => T): T | undefined {
    const value = this.#object[field];
    return value === undefined || value === null ? undefined : this.#nested(field, value, read);
  }

  /** What `read` makes of a nested object that must be there; `undefined` only where it is wrong. */
  required<T>(field: string, read: (fields: FieldReader) => T): T | undefined {
    return this.#nested(field, this.#object[field], read);
  }

  #nested<T>(field: string, value: unknown, read: (fields: FieldReader) => T): T | undefined {
    if (!isJsonObject(value)) return this.#wrong(field, undefined);
    const nested = new FieldReader(value, `${this.#path}${field}.`);
    const result = read(nested);
    if (nested.wrongField === undefined) return result;
    this.#wrongField ??= nested.wrongField;
    return undefined;
  }

  #isAbsent(field: string, empty: '' | 0): boolean {
    const value = this.#object[field];
    return value === undefined || value === null || value === empty;
  }

  #wrong<T>(field: string, placeholder: T): T {
    this.#wrongField ??= this.#path + field;
    return placeholder;
  }
}
