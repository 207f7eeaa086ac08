import { beforeEach, describe, expect, it } from 'vitest';
import { Bandwidth } from '../../../../src/gossip/repair/bandwidth.js';
import { costOf, MAX_BATCH_BYTES } from '../../../../src/gossip/repair/batch.js';
import { MAX_SESSION_MS, type SessionParts } from '../../../../src/gossip/repair/session.js';
import type { QuestionOf, ReplicaOp, ReplicaReply } from '../../../../src/gossip/replica/request.js';
import { footprint } from '../../../../src/node/store/footprint.js';
import { Replica } from '../../../support/replica.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let here: Replica;
let there: Replica;

beforeEach(() => {
  clock = new VirtualClock();
  here = new Replica(clock);
  there = new Replica(clock);
});

const opsAsked = (): string[] => [...new Set(there.asked.map(({ op }) => op))];
const areEqual = (): boolean => Buffer.compare(here.store.inventory.root(), there.store.inventory.root()) === 0;

/** Runs a session while time passes, and says how it ended and when. */
async function run(parts: Partial<SessionParts> = {}): Promise<{ outcome: string; moved: number; tookMs: number }> {
  const session = here.sessionWith(there, parts);
  const startMs = clock.monotonicMs();
  let ended: { outcome: string; tookMs: number } | undefined;
  void session.run().then((outcome) => {
    ended = { outcome, tookMs: clock.monotonicMs() - startMs };
  });
  for (let i = 0; ended === undefined && i < 10_000; i++) await clock.run(50);
  if (ended === undefined) throw new Error('the session does not end');
  return { ...ended, moved: session.moved };
}

/** Stands between the two: answers as the other does until `fails` says otherwise. */
function failing(fails: (op: ReplicaOp, count: number) => boolean): Pick<SessionParts, 'ask'> {
  let count = 0;
  return {
    ask: <Op extends ReplicaOp>(question: QuestionOf<Op>): Promise<ReplicaReply<Op> | undefined> =>
      Promise.resolve(fails(question.op, count++) ? undefined : there.answer(question)),
  };
}

/** Answers one kind of question wrongly. */
function lying(op: ReplicaOp, lie: object): Pick<SessionParts, 'ask'> {
  return {
    ask: <Op extends ReplicaOp>(question: QuestionOf<Op>): Promise<ReplicaReply<Op> | undefined> =>
      Promise.resolve(question.op === op ? ({ op, ...lie } as unknown as ReplicaReply<Op>) : there.answer(question)),
  };
}

describe('a session of two replicas', () => {
  it('that are equal is one question, whose answer is empty', async () => {
    here.put('a');
    there.put('a');
    expect(await run()).toMatchObject({ outcome: 'equal', moved: 0 });
    expect(there.asked.map(({ op }) => op)).toEqual(['digest']);
  });

  it('leaves the newer version of everything on both sides', async () => {
    here.put('mine');
    there.put('theirs');
    here.put('newer here', { text: 'new', agoMs: 3000 });
    there.put('newer here', { text: 'old', agoMs: 4000 });
    here.put('newer there', { text: 'old', agoMs: 4000 });
    there.put('newer there', { text: 'new', agoMs: 3000 });
    expect(await run()).toMatchObject({ outcome: 'repaired', moved: 4 });
    for (const replica of [here, there]) {
      expect([replica.text('newer here'), replica.text('newer there')]).toEqual(['new', 'new']);
      expect([replica.text('mine'), replica.text('theirs')]).toEqual(['value', 'value']);
    }
    expect(areEqual()).toBe(true);
    expect(await run()).toMatchObject({ outcome: 'equal' });
  });

  it('keeps every part of an entry', async () => {
    there.put('k', { ttlSeconds: 700, version: { ms: clock.nowMs() - 5000, logical: 3, origin: 'other' } });
    await run();
    const { key, ttlSeconds, expiresAtMs, createdMs, version } = there.store.get('k') ?? {};
    expect(here.store.get('k')).toMatchObject({ key, ttlSeconds, expiresAtMs, createdMs, version });
  });

  it('one of which is empty pulls whole ranges, without a list of keys', async () => {
    for (let i = 0; i < 500; i++) there.put(`k/${i}`);
    expect(await run()).toMatchObject({ outcome: 'repaired', moved: 500 });
    expect(opsAsked()).toEqual(['digest', 'leaves', 'pull']);
    expect(areEqual()).toBe(true);
  });

  it('gives to one that is empty, without a list of keys', async () => {
    for (let i = 0; i < 500; i++) here.put(`k/${i}`);
    expect(await run()).toMatchObject({ outcome: 'repaired', moved: 500 });
    expect(opsAsked()).toEqual(['digest', 'leaves', 'give']);
    expect(areEqual()).toBe(true);
  });

  it('leaves alone what has just been written: it is on its way', async () => {
    here.put('mine', { agoMs: 500 });
    there.put('other', { agoMs: 5000 });
    here.put('other', { agoMs: 500, text: 'newer' });
    expect(await run()).toMatchObject({ outcome: 'equal', moved: 0 });
    clock.advance(600);
    expect(await run()).toMatchObject({ outcome: 'repaired', moved: 2 });
  });

  it('does not wait for the time a version from a clock that is ahead is of', async () => {
    here.put('mine', { agoMs: -30_000 });
    expect(await run()).toMatchObject({ outcome: 'repaired', moved: 1 });
  });

  it('goes on after one that failed where that one ended', async () => {
    for (let i = 0; i < 2000; i++) (i % 2 === 0 ? here : there).put(`k/${i}`, { text: 'x'.repeat(500) });
    let moved = 0;
    let sessions = 0;
    for (let outcome = 'failed'; outcome === 'failed'; sessions++) {
      const session = await run(failing((_op, count) => count === 40));
      outcome = session.outcome;
      moved += session.moved;
    }
    expect(sessions).toBeGreaterThan(2);
    expect(moved).toBe(2000);
    expect(areEqual()).toBe(true);
  });

  it.each(['digest', 'leaves', 'list', 'fetch', 'give', 'pull'])('ends where %s is not answered', async (op) => {
    here.put('only here');
    there.put('only there');
    here.put('both');
    there.put('both', { agoMs: 3000 });
    expect(await run(failing((asked) => asked === op))).toMatchObject({ outcome: 'failed' });
  });
});

describe('what a session moves', () => {
  it('goes in bounded batches, but for a value that is larger, which goes alone', async () => {
    for (let i = 0; i < 60; i++) (i % 2 === 0 ? here : there).put(`k/${i}`, { text: 'x'.repeat(20_000) });
    there.put('large', { text: 'x'.repeat(2 * MAX_BATCH_BYTES) });
    here.put('large too', { text: 'x'.repeat(2 * MAX_BATCH_BYTES) });
    const sizes: number[] = [];
    const ask = async <Op extends ReplicaOp>(question: QuestionOf<Op>): Promise<ReplicaReply<Op>> => {
      const reply = there.answer(question);
      for (const side of [question, reply] as const) {
        if ('entries' in side) sizes.push(side.entries.length === 1 ? 0 : costOf(side.entries));
      }
      return reply;
    };
    await run({ ask });
    expect(areEqual()).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    expect(Math.max(...sizes)).toBeGreaterThan(MAX_BATCH_BYTES / 2);
  });

  it.each(['inbound', 'outbound'] as const)('stays within the %s bandwidth', async (direction) => {
    for (let i = 0; i < 3000; i++) (direction === 'inbound' ? there : here).put(`k/${i}`, { text: 'x'.repeat(1000) });
    const { tookMs } = await run({ [direction]: new Bandwidth(clock, 2 ** 20) });
    expect(tookMs).toBeGreaterThan(2800);
    expect(tookMs).toBeLessThan(3600);
  });

  it('waits where the other has sent as much as it may', async () => {
    there = new Replica(clock, { outbound: new Bandwidth(clock, 2 ** 20) });
    for (let i = 0; i < 3000; i++) there.put(`k/${i}`, { text: 'x'.repeat(1000) });
    const { outcome, tookMs } = await run();
    expect(outcome).toBe('repaired');
    expect(tookMs).toBeGreaterThan(2500);
    expect(there.asked.length).toBeLessThan(200);
  });

  it('is nothing where there is no room, and that is not taken for equal', async () => {
    here = new Replica(clock, { maxBytes: footprint('k', 5) });
    there.put('k');
    there.put('l');
    await run();
    expect(await run()).toMatchObject({ outcome: 'differs', moved: 0 });
  });

  it('ends at once where this node stops', async () => {
    for (let i = 0; i < 3000; i++) there.put(`k/${i}`, { text: 'x'.repeat(1000) });
    const stopping = new AbortController();
    clock.setTimer(500, () => stopping.abort());
    const { outcome, tookMs } = await run({ inbound: new Bandwidth(clock, 2 ** 20), signal: stopping.signal });
    expect([outcome, tookMs]).toEqual(['failed', 500]);
  });
});

describe('a member that answers wrongly', () => {
  it.each<[string, ReplicaOp, object]>([
    ['too few branches', 'digest', { branches: new Uint8Array(8) }],
    ['too few leaves', 'leaves', { leaves: new Uint8Array(8) }],
    ['a page that leads elsewhere', 'pull', { entries: [], cursor: 'elsewhere' }],
    ['a list that leads elsewhere', 'list', { items: [], cursor: 'elsewhere' }],
  ])('with %s is left', async (_what, op, lie) => {
    there.put('only there');
    here.put('both');
    there.put('both', { agoMs: 3000 });
    expect(await run(lying(op, lie))).toMatchObject({ outcome: 'failed' });
  });

  it('with the same page again and again is left', async () => {
    const key = 'only there';
    there.put(key);
    expect(await run(lying('pull', { entries: [there.store.get(key)], cursor: key }))).toMatchObject({
      outcome: 'failed',
      tookMs: 0,
    });
  });

  it('without end is left after a while', async () => {
    const key = 'only there';
    there.put(key);
    let pages = 0;
    const ask = <Op extends ReplicaOp>(question: QuestionOf<Op>): Promise<ReplicaReply<Op>> => {
      if (question.op !== 'pull') return Promise.resolve(there.answer(question));
      const entries = pages++ === 0 ? [there.store.get(key)] : [];
      return Promise.resolve({ op: 'pull', entries, cursor: key } as unknown as ReplicaReply<Op>);
    };
    const { outcome, tookMs } = await run({ ask });
    expect([outcome, Math.round(tookMs / 1000)]).toEqual(['failed', MAX_SESSION_MS / 1000]);
  });

  it('by listing one key again and again is heard no longer than one with many keys', async () => {
    here.put('both');
    there.put('both', { agoMs: 3000 });
    const version = { ms: clock.nowMs() - 5000, logical: 0, origin: 'other' };
    let pages = 0;
    const ask: SessionParts['ask'] = async (question) => {
      if (question.op !== 'list') return there.answer(question);
      pages += 1;
      return { op: 'list', items: [{ key: 'both', version, bytes: 5 }], cursor: 'both' } as never;
    };
    await run({ ask });
    expect(pages).toBeLessThanOrEqual(65_536);
  });
});
