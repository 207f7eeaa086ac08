import { beforeEach, describe, expect, it } from 'vitest';
import type { UplinkRead } from '../../../../src/gossip/ports/uplink.js';
import type { ReplicaReply } from '../../../../src/gossip/replica/request.js';
import { decodeReplicaRequest, encodeReplicaAnswer } from '../../../../src/gossip/wire/replica-codec.js';
import type { AnswerStatus } from '../../../../src/tree/frame.js';
import { MAX_QUESTIONS } from '../../../../src/tree/transient/questions.js';
import { entry } from '../../../support/entries.js';
import { type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

const UNREACHED = { kind: 'unreached', answered: 0, needed: 1 };

describe('Transient, reading on quorum', () => {
  let bench: TransientBench;
  let a: FakeSubstrate;

  beforeEach(async () => {
    bench = new TransientBench(['a']);
    a = bench.at('a');
    await bench.start();
  });

  const asked = () => a.got('ask').filter(({ kind }) => kind === 'read');

  /** Reads `k`, and lets the parent answer. */
  async function read(status: AnswerStatus, reply: ReplicaReply<'read'> = { op: 'read' }): Promise<UplinkRead> {
    const reading = bench.transient.read('k');
    const id = asked().at(-1)?.id ?? -1;
    const body = encodeReplicaAnswer({ ...reply, from: 'a', instance: 'x', sentMs: 1 });
    a.say({ type: 'answer', id, status, body: status === 'ok' ? body : new Uint8Array(0) });
    return reading;
  }

  it('asks the parent what a quorum knows of', async () => {
    void bench.transient.read('k');
    const [question] = asked();
    const request = question && decodeReplicaRequest(question.body);
    expect(request).toEqual({
      ok: true,
      request: { op: 'read', key: 'k', from: 'child', enclave: 'default', sentMs: bench.clock.nowMs() },
    });
  });

  it('finds what the parent answers', async () => {
    const found = entry(bench.clock.nowMs());
    expect(await read('ok', { op: 'read', entry: found })).toMatchObject({ kind: 'found', entry: { key: 'k' } });
  });

  it.each<[string, AnswerStatus, () => ReplicaReply<'read'>, object]>([
    ['nothing', 'ok', () => ({ op: 'read' }), { kind: 'absent' }],
    ['what has expired', 'ok', () => ({ op: 'read', entry: entry(bench.clock.nowMs() - 600_000) }), { kind: 'absent' }],
    ['another key', 'ok', () => ({ op: 'read', entry: entry(bench.clock.nowMs(), { key: 'other' }) }), UNREACHED],
    ['that too few answered', 'unreached', () => ({ op: 'read' }), UNREACHED],
    ['that it has too much to do', 'overloaded', () => ({ op: 'read' }), { kind: 'overloaded' }],
    ['that it may not be asked', 'refused', () => ({ op: 'read' }), UNREACHED],
  ])('is told: %s', async (_name, status, reply, outcome) => {
    expect(await read(status, reply())).toEqual(outcome);
  });

  it('takes what is no answer for none', async () => {
    const reading = bench.transient.read('k');
    a.say({ type: 'answer', id: asked()[0]?.id ?? -1, status: 'ok', body: Uint8Array.of(1, 2, 3) });
    expect(await reading).toEqual(UNREACHED);
  });

  it('waits no longer than a write', async () => {
    const outcomes: UplinkRead[] = [];
    void bench.transient.read('k').then((outcome) => outcomes.push(outcome));
    await bench.clock.run(4999);
    expect(outcomes).toEqual([]);
    await bench.clock.run(1);
    expect(outcomes).toEqual([UNREACHED]);
  });

  it('is over when the parent is lost', async () => {
    const reading = bench.transient.read('k');
    a.link.end();
    expect(await reading).toEqual(UNREACHED);
  });

  it('gets its answer from the parent that is being left', async () => {
    a.alternatives = [{ id: 'b', address: 'b.test', httpPort: 8080, enclave: 'default' }];
    bench.at('b');
    const reading = bench.transient.read('k');
    const id = asked()[0]?.id ?? -1;
    a.link.lingers = true;
    a.goodbye();
    await settle();
    expect(bench.parentId).toBe('b');
    const body = encodeReplicaAnswer({ op: 'read', from: 'a', instance: 'x', sentMs: 1 });
    a.say({ type: 'answer', id, status: 'ok', body });
    expect(await reading).toEqual({ kind: 'absent' });
  });

  it('asks nobody while detached', async () => {
    a.reach = 'refused';
    a.link.end();
    expect(await bench.transient.read('k')).toEqual(UNREACHED);
  });

  it.each<[string, Partial<FakeSubstrate>]>([
    ['of another implementation', { isOurs: false }],
    ['of another enclave', { enclave: 'other' }],
  ])('asks no parent %s', async (_name, parts) => {
    bench = new TransientBench(['a']);
    a = bench.at('a', parts);
    await bench.start();
    expect(await bench.transient.read('k')).toEqual(UNREACHED);
    expect(a.got('ask')).toEqual([]);
  });

  it('asks no more at a time than a parent answers', async () => {
    const outcomes: UplinkRead[] = [];
    for (let i = 0; i <= MAX_QUESTIONS; i++) void bench.transient.read(`k${i}`).then((read) => outcomes.push(read));
    await settle();
    expect(outcomes.filter(({ kind }) => kind === 'overloaded').length).toBeGreaterThan(0);
    expect(a.got('ask')).toHaveLength(MAX_QUESTIONS);
    expect(bench.metrics.value('repram_tree_questions_refused_total')).toBe(outcomes.length);
  });
});
