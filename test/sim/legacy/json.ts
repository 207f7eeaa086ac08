import type { LegacyFlavour } from './flavour.js';

/** JSON as the flavour prints it: Go escapes what could end a script element, in the form `\u003c`. */
export function stringify(flavour: LegacyFlavour, value: unknown): string {
  const text = JSON.stringify(value);
  if (flavour === 'ts') return text;
  return text.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The value of a JSON text in UTF-8; `undefined` where it is none. */
export function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

/**
 * Reads the fields of a JSON object. Absent reads as empty or zero. What has the wrong type makes the Go node refuse
 * the whole text (`ok` turns false), and reads as absent in the TypeScript node, which takes even an array for an
 * object.
 */
export class LegacyFields {
  readonly #strict: boolean;
  readonly #fields: Readonly<Record<string, unknown>>;
  #ok = true;

  constructor(flavour: LegacyFlavour, value: unknown) {
    this.#strict = flavour === 'go';
    const isObject = typeof value === 'object' && value !== null;
    if (!isObject || (this.#strict && Array.isArray(value))) this.#ok = false;
    this.#fields = isObject ? (value as Record<string, unknown>) : {};
  }

  get ok(): boolean {
    return this.#ok;
  }

  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : this.#bad(value, '');
  }

  whole(name: string): number {
    const value = this.#fields[name];
    return Number.isSafeInteger(value) ? (value as number) : this.#bad(value, 0);
  }

  /** Standard base64 text. The TypeScript node reads of it what it can. */
  base64(name: string): string {
    const text = this.text(name);
    const canonical = Buffer.from(text, 'base64').toString('base64');
    return this.#strict && canonical !== text ? this.#bad(text, '') : canonical;
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name];
    return Array.isArray(value) ? value : this.#bad(value, []);
  }

  /** The fields of an object inside; `undefined` where there is none. What is wrong inside is wrong here. */
  inside<T>(name: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null) return undefined;
    return read(value) ?? this.#bad(value, undefined);
  }

  #bad<T>(value: unknown, empty: T): T {
    if (this.#strict && value !== undefined && value !== null) this.#ok = false;
    return empty;
  }
}
