import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_CLOCK_SKEW_MS } from '../../../../src/gossip/hybrid-clock.js';
import type { Entry } from '../../../../src/gossip/ports/store.js';
import type { QuestionOf, ReplicaOp } from '../../../../src/gossip/replica/request.js';
import { entry } from '../../../support/entries.js';
import { GossipBench, infoOf, SELF } from '../../../support/gossip-bench.js';

let bench: GossipBench;

beforeEach(async () => {
  bench = new GossipBench({ maxBytes: 10_000 });
  await bench.prove(infoOf('a', { incarnation: 1 }), infoOf('foreign', { enclave: 'other', incarnation: 1 }));
});

afterEach(() => bench.gossip.stop());

const nowMs = (): number => bench.clock.nowMs();

function ask<Op extends ReplicaOp>(question: QuestionOf<Op>, from = 'a', enclave = 'default') {
  return bench.gossip.replica.receive({ ...question, from, enclave, sentMs: nowMs() });
}

const give = (...entries: readonly Entry[]) => ask({ op: 'give', entries });

describe('ReplicaDesk', () => {
  it('Answer_SaysWhichProcessOfWhichNodeGaveIt', () => {
    expect(ask({ op: 'read', key: 'k' })).toEqual({
      kind: 'ok',
      answer: { op: 'read', from: SELF.id, instance: SELF.instance, sentMs: nowMs() },
    });
  });

  it('Read_OfWhatTheAskerHolds_SaysTheVersionWithoutTheValue', () => {
    const held = entry(nowMs());
    bench.store.put(held);
    const { version } = held;
    expect(ask({ op: 'read', key: 'k' })).toMatchObject({ answer: { entry: { key: 'k' } } });
    const older = { ...version, ms: version.ms - 1 };
    expect(ask({ op: 'read', key: 'k', held: older })).toMatchObject({ answer: { entry: { key: 'k' } } });
    for (const known of [version, { ...version, ms: version.ms + 1 }]) {
      const receipt = ask({ op: 'read', key: 'k', held: known });
      expect(receipt).toMatchObject({ kind: 'ok', answer: { version } });
      expect(receipt).not.toHaveProperty('answer.entry');
    }
  });

  it('Read_OfWhatHasExpiredLately_SaysSo_SoThatNoOlderValueIsTakenForTheNewest', async () => {
    const short = entry(nowMs(), { ttlSeconds: 1 });
    bench.store.put(short);
    bench.store.start();
    await bench.clock.run(1000);
    expect(ask({ op: 'read', key: 'k' })).toMatchObject({ answer: { version: short.version } });
    expect(ask({ op: 'read', key: 'k' })).not.toHaveProperty('answer.entry');
    await bench.clock.run(61_000);
    expect(ask({ op: 'read', key: 'k' })).not.toHaveProperty('answer.version');
    bench.store.stop();
  });

  it('Give_TakesWhatIsNewer_AndCountsWhatNeedNotComeAgain', () => {
    bench.store.put(entry(nowMs(), { key: 'newer', text: 'mine' }));
    const older = entry(nowMs() - 1000, { key: 'newer', text: 'older' });
    const expired = entry(nowMs() - 600_000, { key: 'expired' });
    const fresh = entry(nowMs(), { key: 'fresh' });
    const huge = entry(nowMs(), { key: 'huge', bytes: new Uint8Array(20_000) });
    expect(give(older, expired, fresh, huge, fresh)).toMatchObject({ answer: { op: 'give', taken: 4 } });
    expect(bench.store.keys({}).keys).toEqual(['fresh', 'newer']);
    expect(Buffer.from(bench.store.get('newer')?.bytes ?? []).toString()).toBe('mine');
    expect(bench.metrics.value('repram_replica_entries_adopted_total')).toBe(1);
  });

  it('Give_OfAVersionFarAhead_IsNotTaken_WhereAnotherIsKnown', () => {
    const held = entry(nowMs(), { text: 'held' });
    const ahead = { ...entry(nowMs(), { text: 'ahead' }), version: { ms: nowMs() + 600_000, logical: 0, origin: 'z' } };
    expect(give(held)).toMatchObject({ answer: { taken: 1 } });
    expect(give(ahead)).toMatchObject({ answer: { taken: 0 } });
    expect(Buffer.from(bench.store.get('k')?.bytes ?? []).toString()).toBe('held');
  });

  it('Give_OfTheVersionHeld_ChangesNothing', () => {
    const first = entry(nowMs(), { text: 'first' });
    expect(give(first)).toMatchObject({ answer: { taken: 1 } });
    expect(give({ ...entry(nowMs(), { text: 'other' }), version: first.version })).toMatchObject({
      answer: { taken: 1 },
    });
    expect(Buffer.from(bench.store.get('k')?.bytes ?? []).toString()).toBe('first');
  });

  it('Give_OfWhatANewerValueReplacedAndOutlived_SaysSo', async () => {
    const short = entry(nowMs(), { ttlSeconds: 1 });
    bench.store.put(short);
    await bench.clock.run(1000);
    expect(give(entry(nowMs() - 5000))).toMatchObject({
      answer: { taken: 1, expired: [{ key: 'k', version: short.version }] },
    });
    expect(bench.store.get('k')).toBeUndefined();
  });

  it('Give_KeepsTheMomentOfExpiry_AndNeverPutsItOff', async () => {
    const early = entry(nowMs() - 100_000, { ttlSeconds: 200 });
    await bench.clock.run(50_000);
    give(early);
    expect(bench.store.get('k')?.expiresAtMs).toBe(early.expiresAtMs);
    await bench.clock.run(50_000);
    expect(bench.store.get('k')).toBeUndefined();
  });

  it('Give_OfATtlAboveThisNodesRange_ExpiresAsEarlyAsAWriteWould', () => {
    give(entry(nowMs(), { ttlSeconds: 1_000_000 }));
    expect(bench.store.get('k')).toMatchObject({ ttlSeconds: 86_400, expiresAtMs: nowMs() + 86_400_000 });
  });

  it('Give_FromAClockFarAhead_IsTakenAsOfTheBound_AndCounted', () => {
    const latestMs = nowMs() + MAX_CLOCK_SKEW_MS;
    give(entry(nowMs() + 86_400_000, { ttlSeconds: 600 }));
    expect(bench.store.get('k')).toMatchObject({
      version: { ms: latestMs },
      createdMs: latestMs,
      expiresAtMs: latestMs + 600_000,
    });
    expect(bench.metrics.value('repram_versions_clamped_total')).toBe(1);
  });

  it('Give_FromAClockFarAhead_DoesNotBeatWhatWasWrittenSince_HoweverOftenItComes', async () => {
    const ahead = entry(nowMs() + 86_400_000);
    give(ahead);
    void bench.gossip.writer.write('k', Uint8Array.from([1]), 600);
    await bench.clock.run(1000);
    give(ahead);
    expect(bench.store.get('k')?.bytes).toHaveLength(1);
    expect(bench.metrics.value('repram_versions_clamped_total')).toBe(2);
  });

  it('Give_IsFollowedByTheClock_SoThatTheNextOwnWriteIsNewer', async () => {
    const ahead = entry(nowMs() + 30_000);
    give(ahead);
    void bench.gossip.writer.write('k', Uint8Array.from([1]), 600);
    await bench.clock.run(0);
    expect(bench.store.get('k')?.bytes).toHaveLength(1);
  });

  it.each([
    ['another enclave', 'a', 'other', 'foreign'],
    ['a member of another enclave', 'foreign', 'default', 'foreign'],
    ['a stranger', 'stranger', 'default', 'stranger'],
    ['this node', SELF.id, 'default', 'stranger'],
  ])('Question_Of_%s_IsRefused_AndChangesNothing', (_who, from, enclave, kind) => {
    expect(ask({ op: 'give', entries: [entry(nowMs())] }, from, enclave)).toEqual({ kind });
    expect(bench.store.get('k')).toBeUndefined();
    expect(bench.metrics.value('repram_replica_questions_refused_total')).toBe(1);
  });

  it('MemberThatLeft_IsAStranger', () => {
    bench.gossip.members.leave('a');
    expect(ask({ op: 'read', key: 'k' })).toEqual({ kind: 'stranger' });
  });

  it('RepairQuestions_AreAnsweredByRepair', () => {
    expect(ask({ op: 'digest', root: new Uint8Array(8) })).toMatchObject({ kind: 'ok', answer: { op: 'digest' } });
  });
});
