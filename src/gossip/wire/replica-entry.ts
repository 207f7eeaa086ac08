import type { Entry } from '../ports/store.js';
import type { ExpiredKey, HeldKey } from '../replica/request.js';
import type { Version } from '../version.js';
import type { CborValue } from './cbor.js';
import { type CborReader, readMap } from './cbor-reader.js';
import { MAX_TIMESTAMP_MS, MAX_VALUE_BYTES, MAX_WIRE_TTL_S } from './limits.js';

const MAX_EXPIRY_MS = MAX_TIMESTAMP_MS + MAX_WIRE_TTL_S * 1000;

export function entryCbor(entry: Entry): CborValue {
  return {
    key: Buffer.from(entry.key),
    data: entry.bytes,
    ttl: entry.ttlSeconds,
    expires: entry.expiresAtMs,
    version: versionCbor(entry.version),
  };
}

/** An entry says how long it was to live and when that ends; when it began follows. */
export function readEntry(value: unknown): Entry | undefined {
  return readMap(value, (fields) => {
    const ttlSeconds = fields.count('ttl', MAX_WIRE_TTL_S);
    const expiresAtMs = fields.count('expires', MAX_EXPIRY_MS);
    const createdMs = expiresAtMs - ttlSeconds * 1000;
    if (ttlSeconds === 0) fields.fault('ttl');
    if (createdMs < 0 || createdMs > MAX_TIMESTAMP_MS) fields.fault('expires');
    const key = fields.key('key');
    const bytes = fields.bytes('data', MAX_VALUE_BYTES);
    return { key, bytes, createdMs, ttlSeconds, expiresAtMs, version: fields.version('version') };
  });
}

export function heldKeyCbor(held: HeldKey): CborValue {
  return { key: Buffer.from(held.key), bytes: held.bytes, version: versionCbor(held.version) };
}

export function readHeldKey(value: unknown): HeldKey | undefined {
  return readMap(value, (fields: CborReader) => ({
    key: fields.key('key'),
    version: fields.version('version'),
    bytes: fields.count('bytes', MAX_VALUE_BYTES),
  }));
}

export function expiredKeyCbor({ key, version, expiresAtMs }: ExpiredKey): CborValue {
  return { key: Buffer.from(key), version: versionCbor(version), expired: Math.round(expiresAtMs) };
}

export function readExpiredKey(value: unknown): ExpiredKey | undefined {
  return readMap(value, (fields) => ({
    key: fields.key('key'),
    version: fields.version('version'),
    expiresAtMs: fields.count('expired', MAX_TIMESTAMP_MS),
  }));
}

export function versionCbor({ ms, logical, origin }: Version): CborValue {
  return [ms, logical, Buffer.from(origin)];
}
