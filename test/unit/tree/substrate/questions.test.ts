import { afterEach, describe, expect, it } from 'vitest';
import type { ReadOutcome } from '../../../../src/gossip/replica/quorum-reader.js';
import type { ReplicaRequest } from '../../../../src/gossip/replica/request.js';
import { decodeReplicaAnswer, encodeReplicaRequest } from '../../../../src/gossip/wire/replica-codec.js';
import type { AskKind } from '../../../../src/tree/frame.js';
import { MAX_QUESTIONS_UNDER_WAY } from '../../../../src/tree/substrate/ask-desk.js';
import { entry } from '../../../support/entries.js';
import type { FakeLink } from '../../../support/fake-link-substrate.js';
import { SubstrateBench } from '../../../support/substrate-bench.js';
import { settle } from '../../../support/virtual-clock.js';

let bench = new SubstrateBench();

afterEach(() => {
  bench.substrate.stop();
  bench = new SubstrateBench();
});

const ORIGIN = { from: 'child', enclave: 'default', sentMs: 1_795_215_340_000 };
const DIGEST: ReplicaRequest = { op: 'digest', root: new Uint8Array(8), ...ORIGIN };
const READ: ReplicaRequest = { op: 'read', key: 'k', ...ORIGIN };

function ask(link: FakeLink, kind: AskKind, request: ReplicaRequest, id = 1): void {
  link.receive({ type: 'ask', id, kind, body: encodeReplicaRequest(request) });
}

const answers = (link: FakeLink): [number, string][] => link.of('answer').map(({ id, status }) => [id, status]);

/** What came as the body of the last answer. */
const body = (link: FakeLink): Uint8Array => link.of('answer').at(-1)?.body ?? new Uint8Array();

describe('a question about this replica', () => {
  it('IsAnsweredUnderItsId', () => {
    const seen: ReplicaRequest[] = [];
    bench.mesh.answerOf = (request) => {
      seen.push(request);
      return { op: 'digest', from: 'self', instance: 'aaaa', sentMs: 1 };
    };
    const link = bench.greet('child');
    ask(link, 'replica', DIGEST, 77);
    expect(seen.map(({ op, from }) => [op, from])).toEqual([['digest', 'child']]);
    expect(answers(link)).toEqual([[77, 'ok']]);
    expect(decodeReplicaAnswer(body(link), 'digest')).toEqual({
      op: 'digest',
      from: 'self',
      instance: 'aaaa',
      sentMs: 1,
    });
  });

  it('ThatTheChildMayNotAsk_IsRefused', () => {
    const link = bench.greet('child');
    ask(link, 'replica', DIGEST);
    expect([answers(link), body(link).length, link.ending]).toEqual([[[1, 'refused']], 0, undefined]);
  });

  it.each<[string, ReplicaRequest]>([
    ['AnotherNode', { ...DIGEST, from: 'somebody' }],
    ['AnotherEnclave', { ...DIGEST, enclave: 'other' }],
  ])('InTheNameOf%s_IsRefused', (_name, request) => {
    bench.mesh.answerOf = () => ({ op: 'digest', from: 'self', instance: 'aaaa', sentMs: 1 });
    const link = bench.greet('child');
    ask(link, 'replica', request);
    expect(answers(link)).toEqual([[1, 'refused']]);
  });

  it('OfAChildOfAnotherEnclave_IsRefused', () => {
    bench.mesh.answerOf = () => ({ op: 'digest', from: 'self', instance: 'aaaa', sentMs: 1 });
    const link = bench.greet('child', { enclave: 'other' });
    ask(link, 'replica', { ...DIGEST, enclave: 'other' });
    ask(link, 'read', { ...READ, enclave: 'other' }, 2);
    expect(answers(link)).toEqual([
      [1, 'refused'],
      [2, 'refused'],
    ]);
  });

  it.each([new Uint8Array(), Uint8Array.of(0xff, 1, 2), Uint8Array.from(Buffer.from('{"op":"digest"}'))])(
    'ThatIsNone_IsRefused_AndTheChildStays: %j',
    (bytes) => {
      const link = bench.greet('child');
      link.receive({ type: 'ask', id: 1, kind: 'replica', body: bytes });
      expect([answers(link), bench.ids]).toEqual([[[1, 'refused']], ['child']]);
    },
  );
});

describe('a read on quorum', () => {
  it('Found_IsAnsweredWithTheEntry', async () => {
    const found = entry(1_795_215_340_000, { key: 'k' });
    bench.mesh.readOf = (key) => Promise.resolve(key === 'k' ? { kind: 'found', entry: found } : { kind: 'absent' });
    const link = bench.greet('child');
    ask(link, 'read', READ);
    await settle();
    expect(answers(link)).toEqual([[1, 'ok']]);
    const answer = decodeReplicaAnswer(body(link), 'read');
    expect([answer?.entry?.key, answer?.entry?.version, answer?.from]).toEqual(['k', found.version, 'self']);
  });

  it('Absent_IsAnsweredWithNone', async () => {
    const link = bench.greet('child');
    ask(link, 'read', READ);
    await settle();
    expect(answers(link)).toEqual([[1, 'ok']]);
    const answer = decodeReplicaAnswer(body(link), 'read');
    expect([answer?.op, answer?.entry]).toEqual(['read', undefined]);
  });

  it.each<ReadOutcome>([{ kind: 'unreached', answered: 1, needed: 2 }, { kind: 'overloaded' }])(
    'SaysSoWhere: $kind',
    async (outcome) => {
      bench.mesh.readOf = () => Promise.resolve(outcome);
      const link = bench.greet('child');
      ask(link, 'read', READ);
      await settle();
      expect([answers(link), body(link).length]).toEqual([[[1, outcome.kind]], 0]);
    },
  );

  it('WithAnotherQuestion_IsRefused', async () => {
    const link = bench.greet('child');
    ask(link, 'read', DIGEST);
    await settle();
    expect(answers(link)).toEqual([[1, 'refused']]);
  });

  it('OfAChildThatHasGone_IsAnsweredToNobody', async () => {
    const link = bench.greet('child');
    ask(link, 'read', READ);
    link.end();
    const next = bench.greet('child');
    await settle();
    expect([answers(link), answers(next)]).toEqual([[], []]);
  });

  it('OfAChildThatLeaves_IsAnswered', async () => {
    const link = bench.greet('child');
    ask(link, 'read', READ);
    void bench.substrate.drain(5000);
    ask(link, 'read', READ, 2);
    await settle();
    expect(answers(link)).toEqual([
      [1, 'ok'],
      [2, 'ok'],
    ]);
  });

  it('BeyondThoseThatMayBeUnderWay_IsRefused_UntilOneIsAnswered', async () => {
    const waiting: ((outcome: ReadOutcome) => void)[] = [];
    bench.mesh.readOf = () => new Promise((resolve) => waiting.push(resolve));
    const [link, other] = [bench.greet('child'), bench.greet('other')];
    for (let id = 0; id < MAX_QUESTIONS_UNDER_WAY; id++) ask(link, 'read', READ, id);
    expect(answers(link)).toEqual([]);
    ask(link, 'read', READ, 999);
    expect(answers(link)).toEqual([[999, 'refused']]);
    expect(bench.metrics.value('repram_tree_questions_excessive_total')).toBe(1);
    ask(other, 'read', { ...READ, from: 'other' });
    expect(waiting).toHaveLength(MAX_QUESTIONS_UNDER_WAY + 1);
    waiting[0]?.({ kind: 'absent' });
    await settle();
    ask(link, 'read', READ, 1000);
    expect(answers(link)).toEqual([
      [999, 'refused'],
      [0, 'ok'],
    ]);
    expect(waiting).toHaveLength(MAX_QUESTIONS_UNDER_WAY + 2);
  });
});

describe('a child of another implementation', () => {
  it('HasNothingToAsk', () => {
    bench.mesh.answerOf = () => ({ op: 'digest', from: 'self', instance: 'aaaa', sentMs: 1 });
    const link = bench.greet('child', { foreign: true });
    ask(link, 'replica', DIGEST);
    expect(answers(link)).toEqual([[1, 'refused']]);
  });
});
