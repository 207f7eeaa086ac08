/** Deepest nesting: the version of an entry in a list is four deep. */
const MAX_DEPTH = 8;

/** Major types of CBOR (RFC 8949 section 3.1). */
const COUNT = 0;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;

const FALSE = 20;
const TRUE = 21;
const ONE_BYTE = 24;
const EIGHT_BYTES = 27;

/** How many bytes the argument takes that follow the initial byte. Eight, for other than doubles, are not read here. */
const WIDTHS: Readonly<Record<number, 1 | 2 | 4>> = { [ONE_BYTE]: 1, 25: 2, 26: 4 };

/**
 * Whether the bytes are one CBOR item of nothing but maps, arrays, byte strings, ASCII text, counts below 2^32, doubles
 * and booleans, of definite length, and at most `maxValues` of them. Looks at heads alone, so a large value costs as
 * little as a small one. Never throws.
 */
export function isPlainCbor(bytes: Uint8Array, maxValues: number): boolean {
  const walk = new Walk(bytes);
  for (let values = 0; walk.hasMore(); values++) {
    if (values >= maxValues || !walk.step()) return false;
  }
  return walk.isAtEnd();
}

/** Goes over the heads of an item, and over those of the items within it. */
class Walk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** How many items are still to come, at each level that is open. Bounded by `MAX_DEPTH`. */
  readonly #awaited: number[] = [1];
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  hasMore(): boolean {
    while (this.#awaited.at(-1) === 0) this.#awaited.pop();
    return this.#awaited.length > 0;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.byteLength;
  }

  /** Goes over the next head, and what of its item is no item itself; whether all of it may be there. */
  step(): boolean {
    const level = this.#awaited.length - 1;
    this.#awaited[level] = (this.#awaited[level] ?? 0) - 1;
    const initial = this.#bytes[this.#at++];
    if (initial === undefined) return false;
    const major = initial >> 5;
    const info = initial & 0x1f;
    if (major === SIMPLE) return this.#simple(info);
    const argument = this.#argument(info);
    return argument !== undefined && this.#content(major, argument);
  }

  #simple(info: number): boolean {
    if (info !== EIGHT_BYTES) return info === FALSE || info === TRUE;
    this.#at += 8;
    return this.#at <= this.#bytes.byteLength;
  }

  /** The number in a head; `undefined` where it is none that is read here. */
  #argument(info: number): number | undefined {
    if (info < ONE_BYTE) return info;
    const width = WIDTHS[info];
    if (width === undefined || this.#at + width > this.#bytes.byteLength) return undefined;
    const at = this.#at;
    this.#at += width;
    if (width === 1) return this.#view.getUint8(at);
    return width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #content(major: number, argument: number): boolean {
    switch (major) {
      case COUNT:
        return true;
      case BYTES:
      case TEXT: {
        const from = this.#at;
        this.#at += argument;
        if (this.#at > this.#bytes.byteLength) return false;
        return major === BYTES || isAscii(this.#bytes, from, this.#at);
      }
      case ARRAY:
      case MAP:
        this.#awaited.push(major === MAP ? 2 * argument : argument);
        return this.#awaited.length <= MAX_DEPTH;
      default:
        return false;
    }
  }
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0x80) >= 0x80) return false;
  return true;
}
