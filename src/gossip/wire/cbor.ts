import { Decoder, setSizeLimits } from 'cbor-x/index-no-eval';
import { isPlainCbor } from './cbor-shape.js';
import { CborWriter, cborBytes } from './cbor-writer.js';

/**
 * What travels as CBOR (RFC 8949) here: maps with ASCII names, arrays, byte strings, counts, doubles and booleans, all
 * of definite length. Text that may be any text travels as bytes: the library's reading of text is lenient about UTF-8,
 * and drops a byte order mark.
 */
export type CborValue =
  | number
  | boolean
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [name: string]: CborValue };

/** Bounds on a CBOR item. */
export interface CborBounds {
  readonly maxBytes: number;
  /** Nested ones, and the names in maps, count. */
  readonly maxValues: number;
}

/** Most names in a map. */
const MAX_NAMES = 16;

const decoder = new Decoder({
  useRecords: false,
  mapsAsObjects: true,
  // Without it a value of a hundred bytes keeps the whole message in memory.
  copyBuffers: true,
});

// A second fence: what is decoded was found plain and bounded before.
setSizeLimits({ maxObjectSize: MAX_NAMES, maxMapSize: MAX_NAMES, maxArraySize: 1_000_000 });

/** Encodes a value, into bytes that nothing else writes to. */
export function encodeCbor(value: CborValue): Uint8Array {
  const bytes = Buffer.allocUnsafe(cborBytes(value));
  new CborWriter(bytes).write(value);
  return bytes;
}

/**
 * Decodes one item. `undefined` where the bytes exceed the bounds or are anything but what `encodeCbor` can write: tags,
 * which can stand for dates, big integers and references, are refused before the library sees them. Byte strings share
 * memory with nothing else. Never throws.
 */
export function decodeCbor(bytes: Uint8Array, bounds: CborBounds): unknown {
  if (bytes.byteLength > bounds.maxBytes || !isPlainCbor(bytes, bounds.maxValues)) return undefined;
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
