/** Values up to this many bytes lie inside the JavaScript heap (V8), without a buffer of their own. */
export const ON_HEAP_BYTES = 64;

/**
 * Memory an entry takes beside its key and its value, in bytes, as the storage cap counts it. Measured as growth of the
 * resident memory on Node 20, x64 (bench/store-memory.ts, a million entries): 523 with values of 10 bytes, 518 with 64;
 * with a buffer of its own 574 at 100 bytes, 618 at 1 KiB, 643 at 10 KiB. A hundred thousand entries of 1 KiB measure
 * 890: the difference, some 30 MiB, is the young generation, which any busy process has.
 */
export const ENTRY_OVERHEAD_BYTES = 528;
export const BUFFER_OVERHEAD_BYTES = 96;

/** What an entry counts towards the storage cap, in bytes. */
export function footprint(key: string, valueBytes: number): number {
  const buffer = valueBytes > ON_HEAP_BYTES ? BUFFER_OVERHEAD_BYTES : 0;
  return ENTRY_OVERHEAD_BYTES + buffer + Buffer.byteLength(key) + valueBytes;
}
