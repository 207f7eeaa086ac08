import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplicaQuestion, ReplicaReply } from '../../../../src/gossip/replica/request.js';
import { decodeReplicaRequest, encodeReplicaAnswer } from '../../../../src/gossip/wire/replica-codec.js';
import { CATCHING_UP_MS } from '../../../../src/tree/transient/upstream-repair.js';
import { Replica } from '../../../support/replica.js';
import { candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

describe('Transient, catching up', () => {
  let bench: TransientBench;
  let a: FakeSubstrate;
  let held: Replica;

  beforeEach(() => {
    bench = new TransientBench(['a']);
    held = new Replica(bench.clock);
    a = bench.at('a', { replica: held });
  });

  /** When the questions of an operation were asked, as far as was recorded. */
  const comparisons = (): number => held.asked.filter(({ op }) => op === 'digest').length;

  it('compares at once after it is attached, takes what it lacks and gives what the parent lacks', async () => {
    for (let i = 0; i < 20; i++) held.put(`theirs${i}`);
    bench.replica.put('mine');
    await bench.start();
    await settle();
    await settle();
    expect(bench.clock.monotonicMs()).toBe(0);
    expect(bench.replica.text('theirs7')).toBe('value');
    expect(held.text('mine')).toBe('value');
  });

  it('is equal after the next comparison, 50 ms later, and says so', async () => {
    held.put('k');
    expect(bench.transient.status.repair).toEqual({ kind: 'alone' });
    await bench.start();
    await bench.clock.run(49);
    expect(bench.transient.status.repair).toEqual({ kind: 'comparing' });
    await bench.clock.run(1);
    await bench.clock.run(100);
    expect(bench.transient.status.repair).toEqual({ kind: 'equal', memberId: 'a', ageMs: 100 });
    expect(bench.metrics.value('repram_repair_sessions_total', { outcome: 'repaired' })).toBe(1);
    expect(bench.metrics.value('repram_repair_sessions_total', { outcome: 'equal' })).toBe(1);
  });

  it('compares four times a second for five seconds after an attachment, and then every 10 s while all is equal', async () => {
    await bench.start();
    await bench.clock.run(CATCHING_UP_MS);
    const first = comparisons();
    expect(first).toBeGreaterThanOrEqual(18);
    expect(first).toBeLessThanOrEqual(21);
    await bench.clock.run(100_000);
    expect(comparisons() - first).toBeGreaterThanOrEqual(8);
    expect(comparisons() - first).toBeLessThanOrEqual(13);
  });

  it('moves what was written a moment ago, right after an attachment: it is not on its way', async () => {
    held.put('fresh', { version: { ms: bench.clock.nowMs() - 10, logical: 0, origin: 'n' } });
    await bench.start();
    await bench.clock.run(500);
    expect(bench.replica.text('fresh')).toBe('value');
  });

  it('follows one comparison that moved something with the next, eight times in a row at most', async () => {
    await bench.start();
    await bench.clock.run(20_000);
    const before = comparisons();
    for (let ms = 0; ms < 12_000; ms += 50) {
      held.put(`k${ms}`);
      await bench.clock.run(50);
    }
    const rate = comparisons() - before;
    // Eight within 400 ms, then a pause of about a second; 120 without it.
    expect(rate).toBeGreaterThan(15);
    expect(rate).toBeLessThan(110);
  });

  it('tries again about a second after a failure, and in peace after many', async () => {
    a.replica = undefined;
    await bench.start();
    await bench.clock.run(10_000);
    // A question takes a second to fail, and the pause about another.
    expect(a.got('ask').length).toBeGreaterThanOrEqual(4);
    await bench.clock.run(200_000);
    const { length } = a.got('ask');
    await bench.clock.run(100_000);
    expect(a.got('ask').length - length).toBeLessThan(12);
  });

  it('compares with the new parent after a move, never two at a time', async () => {
    const other = new Replica(bench.clock);
    other.put('theirs');
    const b = bench.at('b', { replica: other });
    a.replica = undefined;
    a.alternatives = [candidate('b')];
    await bench.start();
    a.link.lingers = true;
    a.goodbye();
    await settle();
    expect([bench.parentId, b.got('ask').length]).toEqual(['b', 0]);
    a.link.end();
    await settle();
    expect(b.got('ask').length).toBeGreaterThan(0);
    await settle();
    expect(bench.replica.text('theirs')).toBe('value');
    expect(a.got('ask')).toHaveLength(1);
  });

  it('is over with the attachment', async () => {
    await bench.start();
    a.reach = 'refused';
    a.link.end();
    await bench.clock.run(60_000);
    expect(comparisons()).toBe(1);
  });

  it.each<[string, Partial<FakeSubstrate>]>([
    ['of another implementation', { isOurs: false }],
    ['of another enclave', { enclave: 'other' }],
  ])('does not compare with a parent %s', async (_name, parts) => {
    Object.assign(a, parts);
    await bench.start();
    await bench.clock.run(60_000);
    expect(a.got('ask')).toEqual([]);
    expect(bench.transient.status.repair).toEqual({ kind: 'alone' });
  });

  it('does not believe an answer in the name of another', async () => {
    held.put('k');
    a.replica = undefined;
    await bench.start();
    const id = a.got('ask')[0]?.id ?? -1;
    const answer = { ...held.answer({ op: 'digest', root: new Uint8Array(8) }), from: 'x', instance: 'i', sentMs: 1 };
    a.say({ type: 'answer', id, status: 'ok', body: encodeReplicaAnswer(answer) });
    await settle();
    expect(bench.metrics.value('repram_repair_sessions_total', { outcome: 'failed' })).toBe(1);
  });

  it('takes note that what it gives had been replaced, and expired', async () => {
    bench.replica.put('stale');
    const version = { ms: bench.clock.nowMs(), logical: 0, origin: 'x' };
    const answer = held.answer.bind(held) as (question: ReplicaQuestion) => ReplicaReply;
    const expired = [{ key: 'stale', version, expiresAtMs: version.ms }];
    held.answer = (question) => ({ ...answer(question), expired }) as never;
    await bench.start();
    await settle();
    expect(bench.superseded).toEqual([{ key: 'stale', version, expiresAtMs: version.ms }]);
  });

  it('asks in its own name', async () => {
    await bench.start();
    const [question] = a.got('ask');
    const request = question && decodeReplicaRequest(question.body);
    expect(question?.kind).toBe('replica');
    expect(request).toMatchObject({ ok: true, request: { op: 'digest', from: 'child', enclave: 'default' } });
  });
});
