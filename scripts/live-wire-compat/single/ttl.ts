import { type Check, Deviations, type Group, passed, skipped } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { eventually } from '../wait.js';
import type { Subject, TtlBounds } from './subject.js';

const DEFAULT_TTL_S = 3600;
/** The longest minimum TTL a check waits for. */
const MAX_EXPIRY_WAIT_S = 5;

function clamp(seconds: number, { min, max }: TtlBounds): number {
  return Math.min(Math.max(seconds, min), max);
}

const clamped: Check<Subject> = {
  id: 'ttl.clamp',
  title: 'A TTL below the minimum or above the maximum is clamped, not refused',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const bounds = await subject.ttlBounds();
    expect(bounds.min >= 1, `X-TTL 1 became ${bounds.min}`);
    expect(bounds.max < 99_999_999, `X-TTL 99999999 became ${bounds.max}: no maximum`);
    expect(bounds.min <= bounds.max, `minimum ${bounds.min} above maximum ${bounds.max}`);
    return passed(`${bounds.min} to ${bounds.max} s`, { minTtlSeconds: bounds.min, maxTtlSeconds: bounds.max });
  },
};

const fallback: Check<Subject> = {
  id: 'ttl.default',
  title: 'Without a TTL it is 3600 s, clamped',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const expected = clamp(DEFAULT_TTL_S, await subject.ttlBounds());
    await subject.store(subject.key('ttl-default'), 'x');
    expectEqual(await subject.originalTtl(subject.key('ttl-default')), expected, 'X-Original-TTL');
    return passed();
  },
};

const header: Check<Subject> = {
  id: 'ttl.header',
  title: 'X-TTL sets the TTL',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const ttl = clamp(4321, await subject.ttlBounds());
    await subject.store(subject.key('ttl-header'), 'x', { 'X-TTL': String(ttl) });
    expectEqual(await subject.originalTtl(subject.key('ttl-header')), ttl, 'X-Original-TTL');
    return passed();
  },
};

const queryFirst: Check<Subject> = {
  id: 'ttl.query-first',
  title: '?ttl= sets the TTL and goes before X-TTL',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const bounds = await subject.ttlBounds();
    const byQuery = clamp(700, bounds);
    const byHeader = clamp(900, bounds);
    if (byQuery === byHeader) return skipped(`the clamp ${bounds.min} to ${bounds.max} s leaves nothing to tell apart`);
    await subject.store(subject.key('ttl-query'), 'x', {}, `?ttl=${byQuery}`);
    expectEqual(await subject.originalTtl(subject.key('ttl-query')), byQuery, '?ttl= alone');
    await subject.store(subject.key('ttl-both'), 'x', { 'X-TTL': String(byHeader) }, `?ttl=${byQuery}`);
    expectEqual(await subject.originalTtl(subject.key('ttl-both')), byQuery, '?ttl= with X-TTL');
    return passed();
  },
};

const garbage: Check<Subject> = {
  id: 'ttl.garbage',
  title: 'A TTL that is no positive integer is the default',
  reference: 'Client API: PUT',
  level: 'required',
  async run(subject) {
    const expected = clamp(DEFAULT_TTL_S, await subject.ttlBounds());
    const found = new Deviations();
    const probes = ['abc', '-5', '0', '1.5', '600s', '1e3', '0x10', '٣'];
    for (const [index, text] of probes.entries()) {
      const key = subject.key(`ttl-garbage-${index}`);
      await subject.store(key, 'x', {}, `?ttl=${encodeURIComponent(text)}`);
      const ttl = await subject.originalTtl(key);
      if (text === 'abc' || text === '-5') expectEqual(ttl, expected, `?ttl=${text}`);
      found.unless(ttl === expected, `?ttl=${text} became ${ttl}`);
    }
    return found.verdict(subject.strict);
  },
};

const garbageBeforeHeader: Check<Subject> = {
  id: 'ttl.garbage-query-with-header',
  title: 'What a garbage ?ttl= beside a good X-TTL becomes',
  reference: 'Client API: PUT',
  level: 'info',
  async run(subject) {
    const ttl = clamp(900, await subject.ttlBounds());
    await subject.store(subject.key('ttl-mixed'), 'x', { 'X-TTL': String(ttl) }, '?ttl=abc');
    const became = await subject.originalTtl(subject.key('ttl-mixed'));
    return passed(became === ttl ? 'X-TTL is taken' : `${became} s`, { seconds: became });
  },
};

const expiry: Check<Subject> = {
  id: 'ttl.expiry',
  title: 'A value is gone when its TTL has passed: from GET, HEAD and the listing',
  reference: 'Client API: GET',
  level: 'required',
  async run(subject) {
    const { min } = await subject.ttlBounds();
    if (min > MAX_EXPIRY_WAIT_S) return skipped(`the minimum TTL is ${min} s; start the node with REPRAM_MIN_TTL=1`);
    const key = subject.key('expiry');
    const storedMs = performance.now();
    await subject.store(key, 'x', { 'X-TTL': String(min) });
    const patience = { timeoutMs: min * 1000 + 2000, everyMs: 20 };
    await eventually('404', patience, async () => ((await subject.read(key)).status === 404 ? true : undefined));
    const livedMs = performance.now() - storedMs;
    expect(livedMs >= min * 1000 - 50, `gone after ${Math.round(livedMs)} ms of ${min} s`);
    const { keys } = await subject.json(`/v1/keys?prefix=${encodeURIComponent(key)}`);
    expect(Array.isArray(keys) && keys.length === 0, 'still listed');
    return passed(`after ${Math.round(livedMs)} ms`);
  },
};

export const ttlGroup: Group<Subject> = {
  title: 'Time to live',
  checks: [clamped, fallback, header, queryFirst, garbage, garbageBeforeHeader, expiry],
};
