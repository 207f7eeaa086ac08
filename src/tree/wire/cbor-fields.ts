import type { CborValue } from '../../gossip/wire/cbor.js';
import type { JsonObject } from '../../gossip/wire/json.js';
import { textOf } from '../../gossip/wire/utf8.js';
import type { Fields } from './fields.js';

type CborMap = { readonly [name: string]: CborValue };

/** The fields of a payload that are bytes in truth. All other byte strings are text, which CBOR carries as bytes here. */
const BYTE_FIELDS: readonly string[] = ['data', 'body'];

/** Stands for text that is not well formed: no reader takes it for a value, nor for an absent one. */
const ILL_FORMED = Number.NaN;

/** The fields of a payload as CBOR carries them: text as bytes, and nothing for what is absent. */
export function cborFields(fields: Fields): CborMap {
  const map: Record<string, CborValue> = {};
  for (const name in fields) {
    const value = cborValue(fields[name]);
    if (value !== undefined) map[name] = value;
  }
  return map;
}

function cborValue(value: unknown): CborValue | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(cborValue).filter((item) => item !== undefined);
  return typeof value === 'object' && value !== null ? cborFields(value as Fields) : undefined;
}

/** The other way: the fields of a decoded payload, with text where CBOR carries bytes. */
export function textFields(map: JsonObject): JsonObject {
  const fields: Record<string, unknown> = {};
  for (const name in map) {
    fields[name] = BYTE_FIELDS.includes(name) ? bytesOrIllFormed(map[name]) : textValue(map[name]);
  }
  return fields;
}

function textValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return textOf(value) ?? ILL_FORMED;
  if (Array.isArray(value)) return value.map(textValue);
  if (typeof value !== 'object' || value === null) return value;
  const fields: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) fields[name] = textValue(each);
  return fields;
}

function bytesOrIllFormed(value: unknown): unknown {
  return value instanceof Uint8Array ? value : ILL_FORMED;
}
