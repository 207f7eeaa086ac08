import { decodeBase64, encodeBase64 } from './base64.js';

/** Most buckets of a digest. */
export const MAX_DIGEST_BUCKETS = 128;

const BUCKET_BYTES = 4;

/**
 * What a node knows of the cluster, in short: one unsigned number of 32 bits for each bucket, a power of two of them
 * and `MAX_DIGEST_BUCKETS` at most.
 */
export type ViewDigest = readonly number[];

/** The numbers in network byte order, as base64. */
export function encodeViewDigest(digest: ViewDigest): string {
  const bytes = Buffer.alloc(BUCKET_BYTES * digest.length);
  for (const [at, bucket] of digest.entries()) bytes.writeUInt32BE(bucket, BUCKET_BYTES * at);
  return encodeBase64(bytes);
}

/** `undefined` where `value` is no digest. Total. */
export function decodeViewDigest(value: unknown): ViewDigest | undefined {
  const decoded = typeof value === 'string' ? decodeBase64(value, BUCKET_BYTES * MAX_DIGEST_BUCKETS) : undefined;
  if (decoded === undefined || !isPowerOfTwo(decoded.byteLength / BUCKET_BYTES)) return undefined;
  const bytes = Buffer.from(decoded.buffer, decoded.byteOffset, decoded.byteLength);
  return Array.from({ length: bytes.byteLength / BUCKET_BYTES }, (_, at) => bytes.readUInt32BE(BUCKET_BYTES * at));
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(value) && value > 0 && (value & (value - 1)) === 0;
}
