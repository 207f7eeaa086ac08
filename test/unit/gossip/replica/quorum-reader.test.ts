import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry } from '../../../../src/gossip/ports/store.js';
import type { ReplicaOutcome } from '../../../../src/gossip/ports/transport.js';
import { MAX_PENDING_READS, type ReadOutcome } from '../../../../src/gossip/replica/quorum-reader.js';
import type { ReplicaReply, ReplicaRequest } from '../../../../src/gossip/replica/request.js';
import { entry } from '../../../support/entries.js';
import { GossipBench, infoOf } from '../../../support/gossip-bench.js';

type Read = ReplicaReply<'read'>;
type Answer = Omit<Read, 'op'> | 'silent' | 'refused' | Promise<Omit<Read, 'op'>>;

let bench: GossipBench;
/** What each member answers to a read. */
let answers: Map<string, Answer>;
/** To whom what was given. */
let given: [string, Entry][];

beforeEach(() => {
  answers = new Map();
  given = [];
  open();
});

afterEach(() => bench.gossip.stop());

function open(options: { readonly replication?: number; readonly maxBytes?: number } = {}): void {
  bench = new GossipBench(options);
  bench.transport.onAsk = (to, request) => outcomeOf(to.host.replace('.test', ''), request);
}

async function outcomeOf(from: string, request: ReplicaRequest): Promise<ReplicaOutcome> {
  const envelope = { from, instance: `${from}1`, sentMs: bench.clock.nowMs() };
  if (request.op === 'give') {
    for (const each of request.entries) given.push([from, each]);
    return { kind: 'ok', answer: { op: 'give', taken: request.entries.length, ...envelope } };
  }
  const answer = await (answers.get(from) ?? {});
  if (answer === 'silent') return new Promise(() => undefined);
  if (answer === 'refused') return { kind: 'refused' };
  return { kind: 'ok', answer: { op: 'read', ...answer, ...envelope } };
}

async function joined(...ids: readonly string[]): Promise<void> {
  await bench.prove(...ids.map((id) => infoOf(id, { incarnation: 1 })));
}

/** A value made so long ago, in milliseconds. */
function made(agoMs: number, text: string, parts: Partial<Entry> = {}): Entry {
  return entry(bench.clock.nowMs() - agoMs, { text, ...parts });
}

async function read(key = 'k'): Promise<ReadOutcome> {
  const outcome = bench.gossip.reader.read(key);
  await bench.clock.run(0);
  return outcome;
}

async function textRead(): Promise<string | undefined> {
  const outcome = await read();
  return outcome.kind === 'found' ? Buffer.from(outcome.entry.bytes).toString() : outcome.kind;
}

const held = (): string => Buffer.from(bench.store.get('k')?.bytes ?? []).toString();
const asked = (): readonly string[] =>
  bench.transport.questions.filter(({ request }) => request.op === 'read').map(({ to }) => to.host);

describe('QuorumReader', () => {
  it('NewestVersion_Wins_AndEveryOneBehindGetsIt', async () => {
    await joined('a', 'b', 'c', 'd');
    bench.store.put(made(3000, 'oldest'));
    answers.set('a', { entry: made(1000, 'newest') }).set('b', { version: made(2000, '').version });
    expect(await textRead()).toBe('newest');
    expect(held()).toBe('newest');
    expect(given.map(([to, each]) => [to, Buffer.from(each.bytes).toString()]).sort()).toEqual([
      ['b', 'newest'],
      ['c', 'newest'],
      ['d', 'newest'],
    ]);
    expect(bench.metrics.value('repram_read_repairs_total')).toBe(3);
  });

  it('OwnCopy_ThatIsTheNewest_IsAnswered_AndGivenToThoseWithout', async () => {
    await joined('a', 'b');
    bench.store.put(made(1000, 'mine'));
    answers.set('a', { version: made(1000, '').version });
    expect(await textRead()).toBe('mine');
    expect(given.map(([to]) => to)).toEqual(['b']);
  });

  it('Question_SaysWhatIsKnown_SoThatNoValueTravelsInVain', async () => {
    await joined('a', 'b');
    bench.store.put(made(1000, 'mine'));
    await read();
    expect(bench.transport.questions[0]?.request).toMatchObject({ op: 'read', held: made(1000, '').version });
  });

  it('ExpiredElsewhere_IsGone_AndNoOlderValueComesInItsPlace', async () => {
    await joined('a', 'b');
    bench.store.put(made(3000, 'older'));
    answers.set('a', { version: made(1000, '').version }).set('b', { entry: made(2000, 'old') });
    expect(await textRead()).toBe('absent');
    expect([bench.store.get('k'), given]).toEqual([undefined, []]);
  });

  it('GivenBack_WhatANewerValueReplacedAndOutlived_GoesHereToo', async () => {
    await joined('a');
    bench.store.put(made(3000, 'older'));
    const { onAsk } = bench.transport;
    bench.transport.onAsk = async (to, request, timeoutMs) => {
      if (request.op !== 'give') return onAsk(to, request, timeoutMs);
      const expired = [{ key: 'k', version: made(1000, '').version, expiresAtMs: bench.clock.nowMs() }];
      const answer = { op: 'give', taken: 1, expired, from: 'a', instance: 'a1', sentMs: 0 } as const;
      return { kind: 'ok', answer };
    };
    expect(await textRead()).toBe('older');
    expect(bench.store.get('k')).toBeUndefined();
  });

  it('ExpiredOnTheWay_IsGone_AndTheOlderOwnValueWithIt', async () => {
    await joined('a', 'b');
    bench.store.put(made(3000, 'older'));
    answers.set('a', { entry: made(600_000, 'expired', { version: made(1000, '').version }) });
    expect(await textRead()).toBe('absent');
    expect(bench.store.get('k')).toBeUndefined();
  });

  it('ExpiredHereLately_IsGone_ThoughAnotherHoldsAnOlderValue', async () => {
    await joined('a', 'b');
    bench.store.put(made(599_999, 'short', { version: made(1000, '').version }));
    answers.set('a', { version: made(2000, '').version });
    await bench.clock.run(10);
    expect(await textRead()).toBe('absent');
    expect(given).toEqual([]);
  });

  it('NobodyHolds_IsAbsent', async () => {
    await joined('a', 'b');
    expect(await read()).toEqual({ kind: 'absent' });
  });

  it('LoneNode_IsItsOwnQuorum', async () => {
    bench.store.put(made(1000, 'mine'));
    expect(await textRead()).toBe('mine');
  });

  it('QuorumReached_DoesNotWaitForTheRest_WhichAreRepairedWhenTheyAnswer', async () => {
    await joined('a', 'b');
    let answerLate: (answer: Omit<Read, 'op'>) => void = () => undefined;
    answers.set(
      'b',
      new Promise((resolve) => {
        answerLate = resolve;
      }),
    );
    answers.set('a', { entry: made(1000, 'newest') });
    expect(await textRead()).toBe('newest');
    expect(given).toEqual([]);
    answerLate({});
    await bench.clock.run(0);
    expect(given.map(([to]) => to)).toEqual(['b']);
  });

  it('LateAnswer_ThatIsNewer_BringsThisNodeUpToDate', async () => {
    await joined('a', 'b');
    let answerLate: (answer: Omit<Read, 'op'>) => void = () => undefined;
    answers.set(
      'b',
      new Promise((resolve) => {
        answerLate = resolve;
      }),
    );
    answers.set('a', { entry: made(2000, 'newer') });
    expect(await textRead()).toBe('newer');
    answerLate({ entry: made(1000, 'newest') });
    await bench.clock.run(0);
    expect([held(), given.map(([to]) => to)]).toEqual(['newest', ['a']]);
  });

  it('TooFewAnswers_IsSaidAsSoonAsItIsCertain', async () => {
    await joined('a', 'b');
    answers.set('a', 'refused').set('b', 'refused');
    expect(await read()).toEqual({ kind: 'unreached', answered: 1, needed: 2 });
  });

  it('Silence_EndsAtTheTimeout_AndNotLater', async () => {
    await joined('a', 'b');
    bench.transport.onAsk = (_to, _request, timeoutMs) =>
      bench.clock.sleep(timeoutMs).then(() => ({ kind: 'timeout' }) as const);
    const outcome = bench.gossip.reader.read('k');
    await bench.clock.run(5000);
    expect(await outcome).toEqual({ kind: 'unreached', answered: 1, needed: 2 });
  });

  it('OldNodes_CannotBeAsked_AndDoNotCount', async () => {
    await bench.prove(infoOf('old1'), infoOf('old2'));
    expect(await read()).toEqual({ kind: 'unreached', answered: 1, needed: 2 });
    expect(bench.transport.questions).toEqual([]);
  });

  it('OldNodeAmongOurs_LeavesAQuorum_ThatCanBeReached', async () => {
    await joined('a');
    await bench.prove(infoOf('old'));
    answers.set('a', { entry: made(1000, 'newest') });
    expect(await textRead()).toBe('newest');
    expect(asked()).toEqual(['a.test']);
  });

  it('WriteOnFewOfMany_IsSeen_ByAskingMoreThanCanLackIt', async () => {
    await joined('a', 'b', 'c', 'd', 'e');
    for (const id of ['b', 'c', 'd', 'e']) answers.set(id, 'refused');
    expect(await read()).toMatchObject({ kind: 'unreached', needed: 5 });
    for (const id of ['b', 'c', 'd']) answers.set(id, {});
    expect(await read()).toEqual({ kind: 'absent' });
  });

  it('AnotherNodeAtTheAddress_IsNoAnswerOfTheMember', async () => {
    await joined('a', 'b');
    const { onAsk } = bench.transport;
    bench.transport.onAsk = async (to, request, timeoutMs) => {
      const outcome = await onAsk(to, request, timeoutMs);
      return outcome.kind === 'ok' ? { kind: 'ok', answer: { ...outcome.answer, from: 'usurper' } } : outcome;
    };
    expect(await read()).toEqual({ kind: 'unreached', answered: 1, needed: 2 });
  });

  it('BrokenConnection_IsAskedAgainOverANewOne', async () => {
    await joined('a', 'b');
    const { onAsk } = bench.transport;
    const broken = new Set<string>();
    bench.transport.onAsk = (to, request, timeoutMs) => {
      if (broken.has(to.host)) return onAsk(to, request, timeoutMs);
      broken.add(to.host);
      return { kind: 'reset' };
    };
    expect(await read()).toEqual({ kind: 'absent' });
  });

  it('MoreThanTenPeers_AreNotAllAsked_AndAnotherTakesThePlaceOfOneThatFails', async () => {
    open({ replication: 30 });
    const ids = Array.from({ length: 20 }, (_, i) => `n${i}`);
    await joined(...ids);
    await read();
    expect(asked()).toHaveLength(11);
    for (const id of ids.slice(0, 8)) answers.set(id, 'refused');
    expect(await read()).toEqual({ kind: 'absent' });
  });

  it('MoreThanTenPeers_AreAskedAtRandom_NotTheSameOnesEachTime', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `n${index}`);
    open({ replication: 21 });
    await joined(...ids);
    for (let reads = 0; reads < 50; reads++) await read();
    expect(new Set(asked()).size).toBe(20);
    expect(asked().length).toBeLessThan(50 * 20);
  });

  it('NoRoomHere_TheNewestIsAnsweredAllTheSame', async () => {
    open({ maxBytes: 1000 });
    await joined('a', 'b');
    answers.set('a', { entry: made(1000, 'x'.repeat(2000)) });
    expect(await textRead()).toBe('x'.repeat(2000));
    expect(given.map(([to]) => to)).toEqual(['b']);
  });

  it('TooManyReads_AreTurnedAway', async () => {
    await joined('a', 'b');
    answers.set('a', 'silent').set('b', 'silent');
    for (let i = 0; i < MAX_PENDING_READS; i++) void bench.gossip.reader.read(`k${i}`);
    expect(await read()).toEqual({ kind: 'overloaded' });
  });

  it('HeldBack_ReadsWait_UntilTheNodeHasLookedForTheOthers', async () => {
    let found: () => void = () => undefined;
    bench.gossip.reader.hold(
      new Promise<void>((resolve) => {
        found = resolve;
      }),
    );
    const outcome = bench.gossip.reader.read('k');
    await joined('a', 'b');
    answers.set('a', { entry: made(1000, 'newest') });
    found();
    await bench.clock.run(0);
    expect((await outcome).kind).toBe('found');
  });
});
