import { Encoder } from 'cbor-x';
import { isObject, type JsonObject } from './message.js';

/** The subprotocol under which frames are CBOR. */
export const CBOR_SUBPROTOCOL = 'repram.tree.1';

/** What is bytes in truth; JSON has base64 in their place. All other byte strings in a payload are text. */
const BYTE_FIELDS: ReadonlySet<string> = new Set(['data', 'body']);

const codec = new Encoder({ useRecords: false, mapsAsObjects: true, variableMapSize: true, tagUint8Array: false });

/** A payload as CBOR: the same fields as in JSON, text as byte strings, bytes as they are. */
export function encodePayload(payload: JsonObject): Uint8Array {
  return Buffer.from(codec.encode(toCbor(payload)));
}

/** Undefined where the bytes are no map. */
export function decodePayload(bytes: Uint8Array): JsonObject | undefined {
  const value = toJson(decodeMap(bytes));
  return isObject(value) ? value : undefined;
}

/** `{ t, p, s? }`. */
export function encodeEnvelope(type: string, payload: Uint8Array, signature: string | undefined): Uint8Array {
  const signed = signature === undefined ? {} : { s: Buffer.from(signature, 'hex') };
  return Buffer.from(codec.encode({ t: type, p: payload, ...signed }));
}

export interface Envelope {
  readonly type: string;
  readonly payload: Uint8Array;
  readonly signature?: string;
}

export function decodeEnvelope(bytes: Uint8Array): Envelope | undefined {
  const fields = decodeMap(bytes);
  if (fields === undefined) return undefined;
  const { t: type, p: payload, s: signature } = fields;
  if (typeof type !== 'string' || !(payload instanceof Uint8Array)) return undefined;
  const isSigned = signature instanceof Uint8Array;
  return { type, payload, ...(isSigned ? { signature: Buffer.from(signature).toString('hex') } : {}) };
}

function decodeMap(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = codec.decode(bytes);
    return isObject(value) && !(value instanceof Uint8Array) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toCbor(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return Buffer.from(value, BYTE_FIELDS.has(name) ? 'base64' : 'utf8');
  if (Array.isArray(value)) return value.map((item) => toCbor(item));
  return isObject(value) ? mapFields(value, toCbor) : value;
}

function toJson(value: unknown, name = ''): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString(BYTE_FIELDS.has(name) ? 'base64' : 'utf8');
  if (Array.isArray(value)) return value.map((item) => toJson(item));
  return isObject(value) ? mapFields(value, toJson) : value;
}

function mapFields(object: JsonObject, convert: (value: unknown, name: string) => unknown): JsonObject {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, convert(value, name)]));
}
