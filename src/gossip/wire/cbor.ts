import { Encoder, setSizeLimits } from 'cbor-x/index-no-eval';
import { isPlainCbor } from './cbor-shape.js';

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

/** How far before its end the library takes a buffer for full. */
const SLACK_BYTES = 4096;

const encoder = new Encoder({
  useRecords: false,
  variableMapSize: true,
  mapsAsObjects: true,
  tagUint8Array: false,
  // Without it a value of a hundred bytes keeps the whole message in memory.
  copyBuffers: true,
}) as Encoder & { useBuffer(buffer: Uint8Array): void };

// A second fence: what is decoded was found plain and bounded before.
setSizeLimits({ maxObjectSize: MAX_NAMES, maxMapSize: MAX_NAMES, maxArraySize: 1_000_000 });

/** Encodes a value, in memory that it shares with nothing that is encoded later. */
export function encodeCbor(value: CborValue): Uint8Array {
  // The library would take four times the memory a large item needs, and keep it until the next one.
  encoder.useBuffer(Buffer.allocUnsafeSlow(roomFor(value) + SLACK_BYTES));
  const bytes = encoder.encode(value);
  encoder.useBuffer(Buffer.allocUnsafeSlow(2 * SLACK_BYTES));
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
    return encoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** At least as many bytes as the library wants to have free for the value. */
function roomFor(value: CborValue): number {
  if (typeof value === 'string') return 5 + 3 * value.length;
  if (typeof value !== 'object') return 9;
  if (value instanceof Uint8Array) return 5 + value.byteLength;
  let room = 9;
  if (isList(value)) for (const item of value) room += roomFor(item);
  else for (const name in value) room += roomFor(name) + roomFor(value[name] ?? 0);
  return room;
}

function isList(value: object): value is readonly CborValue[] {
  return Array.isArray(value);
}
