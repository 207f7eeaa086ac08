import type { CborValue } from './cbor.js';

/** Major types of CBOR (RFC 8949 section 3.1), and the heads of what is none of them. */
const COUNT = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const FALSE = 0xf4;
const TRUE = 0xf5;
const DOUBLE = 0xfb;
const DOUBLE_BYTES = 9;

/** How many bytes `CborWriter` writes for a value. */
export function cborBytes(value: CborValue): number {
  if (typeof value === 'number') return isCount(value) ? headBytes(value) : DOUBLE_BYTES;
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'string') return headBytes(value.length) + value.length;
  if (value instanceof Uint8Array) return headBytes(value.byteLength) + value.byteLength;
  if (isList(value)) return value.reduce<number>((sum, item) => sum + cborBytes(item), headBytes(value.length));
  let bytes = headBytes(Object.keys(value).length);
  for (const name in value) bytes += cborBytes(name) + cborBytes(value[name] ?? false);
  return bytes;
}

/** Writes CBOR values one after the other, in the shortest form, into a buffer that has room for them. */
export class CborWriter {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  write(value: CborValue): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'boolean') this.#buffer[this.#at++] = value ? TRUE : FALSE;
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (isList(value)) this.#list(value);
    else this.#map(value);
  }

  #text(ascii: string): void {
    this.#head(TEXT, ascii.length);
    this.#at += this.#buffer.write(ascii, this.#at, 'latin1');
  }

  #number(value: number): void {
    if (isCount(value)) return this.#head(COUNT, value);
    this.#buffer[this.#at++] = DOUBLE;
    this.#at = this.#buffer.writeDoubleBE(value, this.#at);
  }

  #bytes(bytes: Uint8Array): void {
    this.#head(BYTES, bytes.byteLength);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  #list(list: readonly CborValue[]): void {
    this.#head(ARRAY, list.length);
    for (const item of list) this.write(item);
  }

  #map(map: { readonly [name: string]: CborValue }): void {
    this.#head(MAP, Object.keys(map).length);
    for (const name in map) {
      this.#text(name);
      this.write(map[name] ?? false);
    }
  }

  #head(major: number, argument: number): void {
    const bytes = headBytes(argument);
    if (bytes === 1) {
      this.#buffer[this.#at++] = (major << 5) | argument;
      return;
    }
    // 24, 25 and 26 stand for an argument of one, two and four bytes.
    this.#buffer[this.#at++] = (major << 5) | (bytes === 5 ? 26 : 22 + bytes);
    this.#at = this.#buffer.writeUIntBE(argument, this.#at, bytes - 1);
  }
}

/** A head takes a byte, and as many as its argument needs where that is no small one. */
function headBytes(argument: number): 1 | 2 | 3 | 5 {
  if (argument < 24) return 1;
  if (argument < 0x100) return 2;
  return argument < 0x1_0000 ? 3 : 5;
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32 && !Object.is(value, -0);
}

function isList(value: object): value is readonly CborValue[] {
  return Array.isArray(value);
}
