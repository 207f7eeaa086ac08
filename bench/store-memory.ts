/**
 * Resident memory of the store, beyond keys and values: where ENTRY_OVERHEAD_BYTES comes from.
 * Run compiled, one size at a time: node --expose-gc store-memory.js ENTRIES VALUE_BYTES
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryStore } from '../src/node/store/memory-store.js';

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const unmeasured = {
  counter: () => ({ inc() {} }),
  gauge() {},
  histogram: () => ({ observe() {} }),
};
const clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  setTimer: () => ({ cancel() {} }),
  sleep: () => Promise.resolve(),
};

async function residentBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await sleep(100);
  }
  return process.memoryUsage.rss();
}

const entries = Number(process.argv[2] ?? 100_000);
const valueBytes = Number(process.argv[3] ?? 1024);
const store = new MemoryStore({ clock, log: silent, metrics: unmeasured }, { maxBytes: 0 });

const emptyBytes = await residentBytes();
let keyBytes = 0;
const startedMs = performance.now();
for (let i = 0; i < entries; i++) {
  const key = `bench/key-${(i * 7919) % entries}`;
  keyBytes += key.length;
  const bytes = Buffer.allocUnsafeSlow(valueBytes).fill(i);
  const nowMs = Date.now();
  const version = { ms: nowMs, logical: i % 1000, origin: 'node' };
  const ttlSeconds = 3600 + (i % 3600);
  store.put({ key, bytes, createdMs: nowMs, ttlSeconds, expiresAtMs: nowMs + ttlSeconds * 1000, version });
}
const elapsedMs = performance.now() - startedMs;
const fullBytes = await residentBytes();
const overhead = (fullBytes - emptyBytes - keyBytes) / entries - valueBytes;
console.log(
  JSON.stringify({
    entries,
    valueBytes,
    rssMiB: Math.round(fullBytes / 2 ** 20),
    overheadBytes: Math.round(overhead),
    microsecondsAPut: Number(((elapsedMs * 1000) / entries).toFixed(2)),
    listed: store.keys({ limit: 1 }).keys.length,
  }),
);
