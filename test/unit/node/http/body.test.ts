import { beforeEach, describe, expect, test } from 'vitest';
import { BodyReader } from '../../../../src/node/http/body.js';
import {
  MAX_BODIES_BYTES,
  MAX_LARGE_BODIES_BYTES,
  SAFE_MS,
  SMALL_BODY_BYTES,
} from '../../../../src/node/http/body-budget.js';
import { MAX_STALL_MS } from '../../../../src/node/http/body-watch.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';
import { fakeRequest } from './exchange.js';

let metrics: ReadableMetrics;
let clock: VirtualClock;
let bodies: BodyReader;
beforeEach(() => {
  metrics = new ReadableMetrics();
  clock = new VirtualClock();
  bodies = new BodyReader({ clock, metrics }, { trustProxy: false });
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
const held = () => metrics.value('repram_bodies_held_bytes');

describe('a body', () => {
  test('is read to its end, and no longer counted then', async () => {
    const req = fakeRequest();
    const reading = bodies.read(req, 10, 'clients');
    req.push('abc');
    req.push('def');
    req.push(null);
    expect(await reading).toEqual({ ok: true, bytes: Buffer.from('abcdef') });
    expect(held()).toBe(0);
  });

  test('may be empty, and as long as allowed', async () => {
    for (const text of ['', 'x'.repeat(10)]) {
      const req = fakeRequest();
      const reading = bodies.read(req, 10, 'peers');
      if (text !== '') req.push(text);
      req.push(null);
      expect(await reading).toEqual({ ok: true, bytes: Buffer.from(text) });
    }
  });

  test('of a client does not pin the buffer the network filled', async () => {
    const network = Buffer.alloc(65_536, 'n');
    const req = fakeRequest();
    const reading = bodies.read(req, 100, 'clients');
    req.push(network.subarray(0, 5));
    req.push(null);
    const result = await reading;
    if (!result.ok) throw new Error(result.reason);
    expect(result.bytes.buffer.byteLength).toBe(5);
    network.fill('x');
    expect(result.bytes.toString()).toBe('nnnnn');
  });
});

describe('a body is refused', () => {
  test('unread, when its length says that it is too long', async () => {
    const req = fakeRequest({ 'content-length': '11' });
    expect(await bodies.read(req, 10, 'clients')).toEqual({ ok: false, reason: 'too-large' });
    expect(metrics.value('repram_bodies_too_large_total')).toBe(1);
  });

  test('at the first byte too many, when it does not say', async () => {
    const req = fakeRequest();
    const reading = bodies.read(req, 10, 'clients');
    req.push('x'.repeat(10));
    req.push('y');
    expect(await reading).toEqual({ ok: false, reason: 'too-large' });
    expect(held()).toBe(0);
    expect(req.destroyed).toBe(false);
  });

  test('and read on for a while, then cut off', async () => {
    const req = fakeRequest();
    const reading = bodies.read(req, 10, 'clients');
    const closed = new Promise((resolve) => req.once('close', resolve));
    const chunk = Buffer.alloc(8 * 1024 * 1024);
    for (let i = 0; i < 6; i++) req.push(chunk);
    expect(await reading).toEqual({ ok: false, reason: 'too-large' });
    await closed;
    expect(req.destroyed).toBe(true);
  });

  test('when it is large and large ones take all they may, while small ones and those of peers still get in', async () => {
    const half = Buffer.alloc(MAX_LARGE_BODIES_BYTES / 2);
    const large = ['192.0.2.1', '192.0.2.2'].map((address) => fakeRequest({}, address));
    for (const req of large) {
      void bodies.read(req, MAX_LARGE_BODIES_BYTES, 'clients');
      req.push(half);
    }
    await turn();
    expect(held()).toBe(MAX_LARGE_BODIES_BYTES);

    const read = (text: string, sender: 'clients' | 'peers', headers = {}) => {
      const req = fakeRequest(headers, '192.0.2.3');
      const reading = bodies.read(req, 100_000, sender);
      req.push(text);
      req.push(null);
      return reading;
    };
    expect(await read('x', 'clients', { 'content-length': '100000' })).toEqual({ ok: false, reason: 'busy' });
    expect(await read('x'.repeat(100_000), 'clients')).toEqual({ ok: false, reason: 'busy' });
    expect(metrics.value('repram_bodies_busy_total')).toBe(2);
    expect(await read('x', 'clients')).toMatchObject({ ok: true });
    expect(await read('x'.repeat(100_000), 'peers')).toMatchObject({ ok: true });
    for (const req of large) req.destroy();
  });

  test('when it is small and slow, once small ones take everything and another comes', async () => {
    const chunk = Buffer.alloc(SMALL_BODY_BYTES);
    const slow = Array.from({ length: MAX_BODIES_BYTES / SMALL_BODY_BYTES }, (_, i) => {
      const req = fakeRequest({}, `192.0.2.${i % 2}`);
      const reading = bodies.read(req, 100_000, 'peers');
      req.push(chunk);
      return { req, reading };
    });
    await turn();
    expect(held()).toBe(MAX_BODIES_BYTES);
    clock.advance(SAFE_MS);
    const req = fakeRequest({}, '192.0.2.3');
    const reading = bodies.read(req, 100_000, 'peers');
    req.push('news');
    req.push(null);
    expect(await reading).toMatchObject({ ok: true });
    expect(await slow[0]?.reading).toEqual({ ok: false, reason: 'slow' });
    expect(metrics.value('repram_bodies_slow_total')).toBe(1);
    for (const { req } of slow) req.destroy();
  });

  test('once it stalls, and what was held is let go', async () => {
    const req = fakeRequest();
    const reading = bodies.read(req, 10, 'clients');
    req.push('half');
    await turn();
    clock.advance(MAX_STALL_MS);
    expect(held()).toBe(4);
    clock.advance(MAX_STALL_MS);
    expect(await reading).toEqual({ ok: false, reason: 'slow' });
    expect([held(), metrics.value('repram_bodies_slow_total'), clock.pendingTimers]).toEqual([0, 1, 0]);
  });

  test('as gone when the client leaves half way, and what was held is let go', async () => {
    for (const error of [undefined, new Error('aborted')]) {
      const req = fakeRequest();
      const reading = bodies.read(req, 10, 'clients');
      req.push('half');
      await turn();
      expect(held()).toBe(4);
      req.destroy(error);
      expect(await reading).toEqual({ ok: false, reason: 'gone' });
      expect(held()).toBe(0);
    }
  });
});

describe('whoever waits for the body to be read', () => {
  test('is told before it is', () => {
    const req = fakeRequest();
    let told = 0;
    bodies.beforeReading(req, () => told++);
    void bodies.read(req, 10, 'clients');
    expect(told).toBe(1);
  });

  test('is not told where it is refused', () => {
    const req = fakeRequest({ 'content-length': '11' });
    let told = 0;
    bodies.beforeReading(req, () => told++);
    void bodies.read(req, 10, 'clients');
    expect(told).toBe(0);
  });
});
