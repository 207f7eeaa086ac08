import { beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/gossip/ports/store.js';
import { MAX_EXPIRED_VERSIONS, SET_BACK_MEMORY_MS } from '../../../../src/node/store/expired-versions.js';
import { footprint } from '../../../../src/node/store/footprint.js';
import { MemoryStore } from '../../../../src/node/store/memory-store.js';
import { entry } from '../../../support/entries.js';
import { ReadableMetrics, RecordingLog } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let metrics: ReadableMetrics;
let log: RecordingLog;
let store: MemoryStore;

function open(maxBytes = 0): void {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
  log = new RecordingLog();
  store = new MemoryStore({ clock, metrics, log }, { maxBytes });
}

beforeEach(() => open());

const make = (parts: Parameters<typeof entry>[1] = {}): Entry => entry(clock.nowMs(), parts);
const put = (parts: Parameters<typeof entry>[1] = {}) => store.put(make(parts));
const read = (key = 'k'): string | undefined => {
  const found = store.get(key);
  return found && Buffer.from(found.bytes).toString();
};
const at = (ms: number, logical = 0, origin = 'n') => ({ ms, logical, origin });
const held = (): [number, number] => [metrics.value('repram_store_entries'), metrics.value('repram_store_bytes')];

describe('reading', () => {
  it('gives back all of an entry', () => {
    const written = make({ text: 'x'.repeat(100) });
    expect(store.put(written)).toBe('stored');
    const { key, bytes, createdMs, ttlSeconds, expiresAtMs, version } = written;
    const found = store.get('k');
    expect(found).toMatchObject({ key, createdMs, ttlSeconds, expiresAtMs, version });
    expect(found?.bytes).toEqual(new Uint8Array(bytes));
    expect(store.get('other')).toBeUndefined();
  });

  it('is exact to the millisecond, without any sweep', () => {
    put({ expiresAtMs: clock.nowMs() + 1500 });
    clock.advance(1499);
    expect([read(), store.keys({})]).toEqual(['value', { keys: ['k'] }]);
    clock.advance(1);
    expect([read(), store.keys({})]).toEqual([undefined, { keys: [] }]);
  });

  it('follows the wall clock when it jumps', () => {
    put({ ttlSeconds: 600 });
    clock.jump(600_000);
    expect(read()).toBeUndefined();
    clock.jump(-1);
    expect(read()).toBe('value');
  });
});

describe('versions', () => {
  it('keeps the higher version whatever the order of arrival', () => {
    put({ text: 'new', version: at(5, 1) });
    expect(put({ text: 'old', version: at(5, 0) })).toBe('stale');
    expect(read()).toBe('new');
    expect(metrics.value('repram_store_stale_writes_total')).toBe(1);
    expect(put({ text: 'newer', version: at(5, 1, 'o') })).toBe('stored');
    expect(read()).toBe('newer');
  });

  it('lets the later arrival win among equal versions', () => {
    put({ text: 'first', version: at(5) });
    expect(put({ text: 'second', version: at(5) })).toBe('stored');
    expect(read()).toBe('second');
  });

  it.each(['swept', 'not swept'])('does not let a late write bring back what a newer one superseded, %s', (how) => {
    if (how === 'swept') store.start();
    put({ version: at(9), ttlSeconds: 1 });
    clock.advance(60_999);
    expect(put({ text: 'older', version: at(5) })).toBe('stale');
    expect([read(), held()[0]]).toEqual([undefined, 0]);
    expect(put({ text: 'newer', version: at(9, 1), ttlSeconds: 1 })).toBe('stored');
    expect(read()).toBe('newer');
  });

  it('does not give what a newer one superseded its time again, where the clock was set back after that one was swept', () => {
    store.start();
    put({ version: at(9), ttlSeconds: 1 });
    clock.advance(2000);
    expect(held()[0]).toBe(0);
    clock.jump(-1500);
    expect([put({ text: 'older', version: at(5) }), read()]).toEqual(['stale', undefined]);
    expect([put({ version: at(9), ttlSeconds: 1 }), read()]).toEqual(['stored', 'value']);
  });

  it('takes again what the others hold, some time after a clock that had run ahead ended a newer value here', () => {
    store.start();
    put({ version: at(9), ttlSeconds: 600 });
    clock.jump(600_000);
    clock.advance(2000);
    expect(held()[0]).toBe(0);
    clock.jump(-600_000);
    expect(put({ text: 'older', version: at(5) })).toBe('stale');
    clock.advance(SET_BACK_MEMORY_MS);
    expect([put({ text: 'older', version: at(5) }), read()]).toEqual(['stored', 'older']);
  });

  it('does not let a version that expired a minute ago stand in the way', () => {
    put({ version: at(9), ttlSeconds: 1 });
    clock.advance(61_000);
    expect(put({ text: 'older', version: at(5) })).toBe('stored');
    expect([read(), ...held()]).toEqual(['older', 1, footprint('k', 5)]);
  });

  it('remembers so many versions that have expired, and forgets those removed first', () => {
    for (let i = 0; i <= MAX_EXPIRED_VERSIONS; i++) {
      expect(put({ key: `k${i}`, version: at(9), expiresAtMs: clock.nowMs() })).toBe('expired');
    }
    expect(put({ key: 'k0', version: at(5) })).toBe('stored');
    expect(put({ key: 'k1', version: at(5) })).toBe('stale');
    expect(metrics.value('repram_expired_versions_forgotten_total')).toBe(1);
  });

  it('takes a write whose time is over for the end of what it supersedes', () => {
    const over = { expiresAtMs: clock.nowMs() };
    expect(put({ ...over, version: at(3) })).toBe('expired');
    put({ version: at(5) });
    expect(put({ ...over, version: at(4) })).toBe('stale');
    expect(read()).toBe('value');
    expect(put({ ...over, version: at(6) })).toBe('expired');
    expect([read(), store.keys({}), held()]).toEqual([undefined, { keys: [] }, [0, 0]]);
  });
});

describe('overwriting', () => {
  it('moves the expiry, so that the former one no longer ends the key', () => {
    store.start();
    put({ ttlSeconds: 2, version: at(1) });
    put({ ttlSeconds: 100, version: at(2) });
    clock.advance(50_000);
    expect([read(), held()[0]]).toEqual(['value', 1]);
    put({ expiresAtMs: clock.nowMs() + 1000, version: at(3) });
    clock.advance(3000);
    expect([read(), held()]).toEqual([undefined, [0, 0]]);
    expect(metrics.value('repram_store_expired_total')).toBe(1);
  });

  it('counts the difference in size, and lists the key once', () => {
    put({ text: 'x'.repeat(10), version: at(1) });
    put({ text: 'x'.repeat(1000), version: at(2) });
    expect(held()).toEqual([1, footprint('k', 1000)]);
    put({ text: '', version: at(3) });
    expect([held(), read(), store.keys({})]).toEqual([[1, footprint('k', 0)], '', { keys: ['k'] }]);
  });
});

describe('ownership', () => {
  it.each([1, 64, 65, 5000])('never pins a larger buffer with a value of %i bytes', (length) => {
    const larger = Buffer.alloc(10_000, 'a');
    put({ bytes: larger.subarray(3, 3 + length) });
    larger.fill('b');
    expect(read()).toBe('a'.repeat(length));
    expect(store.get('k')?.bytes.buffer.byteLength).toBe(length);
  });

  it('takes over a buffer that holds nothing else, without copying it', () => {
    const bytes = new Uint8Array(65);
    put({ bytes });
    expect(store.get('k')?.bytes.buffer).toBe(bytes.buffer);
  });

  it('keeps keys apart that only differ in what UTF-8 cannot say', () => {
    put({ key: 'k\ud800', text: 'a' });
    put({ key: 'k\ufffd', text: 'b' });
    expect([read('k\ud800'), read('k\ufffd')]).toEqual(['a', 'b']);
  });
});

describe('the storage cap', () => {
  const three = 3 * footprint('k', 100);
  const value = { text: 'x'.repeat(100) };

  it('refuses what does not fit and keeps what is held', () => {
    open(three);
    for (const key of ['a', 'b', 'c']) expect(put({ ...value, key })).toBe('stored');
    expect(put({ ...value, key: 'd' })).toBe('full');
    expect(put({ key: 'a', text: 'x'.repeat(101), version: at(clock.nowMs(), 1) })).toBe('full');
    expect([read('a'), read('b'), read('c'), read('d')]).toEqual([value.text, value.text, value.text, undefined]);
    expect(held()).toEqual([3, three]);
    expect(metrics.value('repram_store_rejected_full_total')).toBe(2);
  });

  it('counts only the difference of an overwrite', () => {
    open(three);
    for (const key of ['a', 'b', 'c']) put({ ...value, key });
    expect(put({ ...value, key: 'b', version: at(clock.nowMs(), 1) })).toBe('stored');
    expect(put({ key: 'b', text: '', version: at(clock.nowMs(), 2) })).toBe('stored');
    expect(held()).toEqual([3, 2 * footprint('k', 100) + footprint('k', 0)]);
  });

  it('counts keys and bookkeeping: a flood of empty values fills it too', () => {
    open(10 * footprint('0', 0));
    const outcomes = Array.from({ length: 11 }, (_, i) => put({ key: i.toString(16), text: '' }));
    expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'stored'), 'full']);
    open(footprint('é', 0) - 1);
    expect(put({ key: 'é', text: '' })).toBe('full');
  });

  it('makes room from what has expired before refusing, and no more room than it takes', () => {
    open(three);
    for (const key of ['a', 'b', 'c']) put({ ...value, key, expiresAtMs: clock.nowMs() + 1000 });
    clock.advance(2000);
    expect(put({ ...value, key: 'd' })).toBe('stored');
    expect(held()[0]).toBe(3);
  });

  it('refuses a value larger than the cap without touching anything', () => {
    open(three);
    put({ ...value, key: 'a' });
    expect(put({ key: 'b', text: 'x'.repeat(three) })).toBe('full');
    expect(held()[0]).toBe(1);
  });

  it('says so in the log once a minute, and never which key', () => {
    open(1);
    const refuse = () => put({ key: 'secret' });
    refuse();
    refuse();
    expect(log.messages('warn')).toHaveLength(1);
    clock.advance(60_000);
    refuse();
    expect(log.messages('warn')).toHaveLength(2);
    expect(JSON.stringify(log.lines)).not.toContain('secret');
  });
});

describe('sweeping', () => {
  it('frees what has expired within two seconds, and nothing else', () => {
    store.start();
    for (let i = 0; i < 50; i++) put({ key: `k${i}`, expiresAtMs: clock.nowMs() + 100 * (i + 1) });
    clock.advance(2000);
    expect(held()[0]).toBeLessThanOrEqual(40);
    expect(store.keys({}).keys).toHaveLength(30);
    clock.advance(5000);
    expect(held()).toEqual([0, 0]);
    expect(metrics.value('repram_store_expired_total')).toBe(50);
  });

  it('frees a great many in slices, between which others run', () => {
    store.start();
    const expiresAtMs = clock.nowMs() + 1000;
    for (let i = 0; i < 5000; i++) put({ key: `k${i}`, expiresAtMs });
    const seen: number[] = [];
    clock.advance(1999);
    const watch = (): void => {
      seen.push(held()[0]);
      if (held()[0] > 0) clock.setTimer(0, watch);
    };
    clock.setTimer(1, watch);
    clock.advance(1);
    expect(seen.length).toBeGreaterThanOrEqual(10);
    expect(Math.max(...seen.map((count, i) => (seen[i - 1] ?? 5000) - count))).toBeLessThanOrEqual(500);
    expect(held()).toEqual([0, 0]);
  });

  it('takes a clock set forward by years in its stride, and one set back', () => {
    store.start();
    put({ key: 'a', ttlSeconds: 300 });
    clock.jump(30 * 365 * 86_400_000);
    put({ key: 'b', ttlSeconds: 300 });
    clock.advance(1000);
    expect(store.keys({}).keys).toEqual(['b']);
    expect(held()[0]).toBe(1);
    clock.jump(-30 * 365 * 86_400_000);
    put({ key: 'c', ttlSeconds: 1 });
    clock.advance(3000);
    expect([read('b'), held()[0]]).toEqual(['value', 1]);
  });

  it('leaves no timer behind once stopped, and starts once', () => {
    store.start();
    store.start();
    expect(clock.pendingTimers).toBe(1);
    clock.advance(5000);
    store.stop();
    store.stop();
    expect(clock.pendingTimers).toBe(0);
    put({ ttlSeconds: 1 });
    clock.advance(10_000);
    expect(held()[0]).toBe(1);
    store.start();
    clock.advance(1000);
    expect(held()[0]).toBe(0);
  });
});

describe('listing', () => {
  const list = (...keys: string[]): void => {
    for (const key of keys) put({ key });
  };

  it('pages in order, with a cursor only where another key follows', () => {
    list('bin', 'badttl', 'empty', 'clamped-low', 'clamped-high');
    expect(store.keys({})).toEqual({ keys: ['badttl', 'bin', 'clamped-high', 'clamped-low', 'empty'] });
    expect(store.keys({ limit: 2 })).toEqual({ keys: ['badttl', 'bin'], nextCursor: 'bin' });
    expect(store.keys({ limit: 2, cursor: 'bin' })).toEqual({
      keys: ['clamped-high', 'clamped-low'],
      nextCursor: 'clamped-low',
    });
    expect(store.keys({ limit: 2, cursor: 'clamped-low' })).toEqual({ keys: ['empty'] });
    expect(store.keys({ limit: 5 })).toEqual(store.keys({}));
    expect(store.keys({ prefix: 'cl' })).toEqual({ keys: ['clamped-high', 'clamped-low'] });
    expect(store.keys({ prefix: 'cl', limit: 2 })).toEqual({ keys: ['clamped-high', 'clamped-low'] });
    expect(store.keys({ prefix: 'cl', limit: 1 })).toEqual({ keys: ['clamped-high'], nextCursor: 'clamped-high' });
  });

  it('takes a cursor before, within, behind and outside its prefix', () => {
    list('a1', 'b1', 'b3', 'c1');
    const page = (cursor: string) => store.keys({ prefix: 'b', cursor }).keys;
    expect([page('a9'), page('b'), page('b1'), page('b2'), page('b3'), page('c')]).toEqual([
      ['b1', 'b3'],
      ['b1', 'b3'],
      ['b3'],
      ['b3'],
      [],
      [],
    ]);
  });

  it('promises no further page where only expired keys follow', () => {
    list('a');
    put({ key: 'b', expiresAtMs: clock.nowMs() + 10 });
    put({ key: 'c', expiresAtMs: clock.nowMs() + 10 });
    expect(store.keys({ limit: 1 })).toEqual({ keys: ['a'], nextCursor: 'a' });
    clock.advance(10);
    expect(store.keys({ limit: 1 })).toEqual({ keys: ['a'] });
  });

  it('orders by UTF-8 bytes, also once keys are in beyond the basic plane', () => {
    const keys = ['z', '\u{1f600}', '\uffee', 'a', '\ud7ff', '\u{10ffff}', '\ue000', 'é', '\u{1f600}a', '\uffeea'];
    const bytewise = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(bytewise).not.toEqual([...keys].sort());
    list(...keys);
    expect(store.keys({}).keys).toEqual(bytewise);
    expect(store.keys({ cursor: '\uffee' }).keys).toEqual(bytewise.slice(bytewise.indexOf('\uffee') + 1));
    expect(store.keys({ prefix: '\u{1f600}' }).keys).toEqual(['\u{1f600}', '\u{1f600}a']);
  });
});
