import { beforeEach, describe, expect, it } from 'vitest';
import type { ReplicaOutcome } from '../../../../src/gossip/ports/transport.js';
import { LEFT_ALONE_MS } from '../../../../src/gossip/repair/partners.js';
import { HURRY_MS, QUIET_PERIOD_MS } from '../../../../src/gossip/repair/repairer.js';
import { entry } from '../../../support/entries.js';
import { answerOf, GossipBench, infoOf } from '../../../support/gossip-bench.js';
import { Replica } from '../../../support/replica.js';

let bench: GossipBench;
/** What the other members hold, by host. */
let replicas: Map<string, Replica>;
/** Members that answer no question. */
let deaf: Set<string>;

function open(options: ConstructorParameters<typeof GossipBench>[0] = {}): void {
  bench = new GossipBench(options);
  replicas = new Map();
  deaf = new Set();
  const { transport, clock } = bench;
  transport.onSend = answerOf;
  transport.onAsk = (to, request): ReplicaOutcome => {
    const asked = replicas.get(to.host);
    if (asked === undefined || deaf.has(to.host)) return { kind: 'timeout' };
    const origin = { from: to.host.replace('.test', ''), instance: 'i', sentMs: clock.nowMs() };
    return { kind: 'ok', answer: { ...asked.answer(request), ...origin } };
  };
}

beforeEach(() => open());

async function join(...ids: readonly string[]): Promise<void> {
  for (const id of ids) replicas.set(`${id}.test`, new Replica(bench.clock));
  await bench.prove(...ids.map((id) => infoOf(id, { incarnation: 1 })));
}

const replica = (id: string): Replica => replicas.get(`${id}.test`) ?? new Replica(bench.clock);
/** Comparisons begun so far, by whom they are with. */
const begun = (): readonly string[] =>
  bench.transport.questions.flatMap(({ to, request }) => (request.op === 'digest' ? to.host.replace('.test', '') : []));
const status = () => bench.gossip.repair.status;

/** Compares, and waits until nothing is in a hurry any more. */
async function settle(): Promise<void> {
  bench.gossip.repair.start();
  await bench.clock.run(HURRY_MS + LEFT_ALONE_MS + QUIET_PERIOD_MS);
  bench.transport.questions.length = 0;
}

describe('a node that joins', () => {
  it('compares at once, and takes over what the others hold', async () => {
    await join('a');
    for (let i = 0; i < 1000; i++) replica('a').put(`k/${i}`);
    bench.gossip.repair.start();
    expect(status()).toEqual({ kind: 'catching-up', branchesLeft: 256 });
    await bench.clock.run(2000);
    expect(bench.store.keys({}).keys).toHaveLength(1000);
    expect(status()).toMatchObject({ kind: 'equal', memberId: 'a' });
  });

  it('turns to another member where the first does not answer', async () => {
    await join('a', 'b', 'c');
    for (const id of ['a', 'b', 'c']) replica(id).put('k');
    deaf.add('a.test').add('b.test');
    bench.gossip.repair.start();
    await bench.clock.run(5000);
    expect(bench.store.get('k')).toBeDefined();
  });

  it('says how much is left', async () => {
    open({ repairBandwidth: 100_000 });
    await join('a');
    for (let i = 0; i < 1000; i++) replica('a').put(`k/${i}`, { text: 'x'.repeat(1000) });
    bench.gossip.repair.start();
    await bench.clock.run(6000);
    const now = status();
    expect(now.kind).toBe('catching-up');
    if (now.kind === 'catching-up') expect(now.branchesLeft).toBeLessThan(256);
  });

  it('that knows nobody has nobody to compare with', async () => {
    bench.gossip.repair.start();
    await bench.clock.run(5000);
    expect(status()).toEqual({ kind: 'alone' });
    expect(bench.transport.questions).toEqual([]);
  });
});

describe('a node among others', () => {
  it('compares with one member every ten seconds while all are equal, by one question', async () => {
    await join('a', 'b', 'c');
    await settle();
    await bench.clock.run(100_000);
    expect(begun().length).toBeGreaterThanOrEqual(8);
    expect(begun().length).toBeLessThanOrEqual(13);
    expect(bench.transport.questions).toHaveLength(begun().length);
    expect(new Set(begun()).size).toBe(3);
  });

  it('compares every second for a while after a sign that something may be missing', async () => {
    await join('a', 'b', 'c');
    await settle();
    bench.gossip.members.strike('a', true);
    await bench.clock.run(HURRY_MS);
    expect(begun().length).toBeGreaterThan(10);
    expect(begun().length).toBeLessThan(20);
  });

  it('is in no hurry any more about what no comparison can mend', async () => {
    await join('a');
    replica('a').put('k', { version: { ms: bench.clock.nowMs() + 3_600_000, logical: 0, origin: 'a' } });
    bench.store.put(entry(bench.clock.nowMs() - 5000, { key: 'k' }));
    await settle();
    await bench.clock.run(60_000);
    bench.transport.questions.length = 0;
    await bench.clock.run(60_000);
    expect(begun().length).toBeGreaterThan(3);
    expect(begun().length).toBeLessThan(9);
  });

  it('goes on at once with the same member until both are equal', async () => {
    await join('a', 'b', 'c');
    await settle();
    for (const id of ['a', 'b', 'c']) replica(id).put('k');
    for (let ms = 0; ms < 13_000 && bench.store.get('k') === undefined; ms += 10) await bench.clock.run(10);
    const first = begun();
    expect([bench.store.get('k')?.key, first.length]).toEqual(['k', 1]);
    await bench.clock.run(100);
    expect(begun()).toEqual([...first, ...first]);
  });

  it('goes on with another member where the first has gone meanwhile', async () => {
    await join('a', 'b');
    await settle();
    replica('a').put('only/a');
    replica('b').put('only/b');
    const { onAsk } = bench.transport;
    bench.transport.onAsk = (to, request, timeoutMs) => {
      if (request.op === 'pull' || request.op === 'fetch') bench.gossip.remove(to.host.replace('.test', ''));
      return onAsk(to, request, timeoutMs);
    };
    await bench.clock.run(QUIET_PERIOD_MS + 1000);
    expect(begun()[1]).not.toBe(begun()[0]);
  });

  it('leaves a newcomer to catch up by itself, and compares with it later', async () => {
    await join('a');
    await settle();
    await join('new');
    await bench.clock.run(LEFT_ALONE_MS - 1000);
    expect(begun()).not.toContain('new');
    await bench.clock.run(60_000);
    expect(begun()).toContain('new');
  });

  it('compares first with a member that has returned, soon', async () => {
    await join('a', 'b', 'c', 'd', 'e');
    await settle();
    for (let strikes = 0; strikes < 10 && bench.member('e').state !== 'dead'; strikes++) {
      bench.gossip.members.strike('e', true);
      await bench.clock.run(1000);
    }
    expect(bench.member('e').state).toBe('dead');
    await bench.clock.run(30_000);
    bench.transport.questions.length = 0;
    bench.gossip.members.heard('e');
    bench.gossip.members.answered('e');
    await bench.clock.run(1000);
    expect(bench.member('e').state).toBe('alive');
    expect(begun()[0]).toBe('e');
  });

  it('starts no storm, however many members come and go at once', async () => {
    await join('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    await settle();
    for (let round = 0; round < 20; round++) {
      for (const id of ['a', 'b', 'c', 'd']) {
        bench.gossip.members.strike(id, true);
        bench.gossip.members.answered(id);
      }
      await bench.clock.run(500);
    }
    expect(begun().length).toBeLessThan(20);
  });

  it('asks no older node, and none of another enclave', async () => {
    await bench.prove(infoOf('old'), infoOf('other', { incarnation: 1, enclave: 'other' }));
    bench.gossip.repair.start();
    await bench.clock.run(60_000);
    expect(bench.transport.questions).toEqual([]);
    expect(status()).toEqual({ kind: 'alone' });
  });

  it('does nothing more once it is stopped', async () => {
    await join('a');
    await settle();
    bench.gossip.repair.stop();
    await bench.clock.run(60_000);
    expect(bench.transport.questions).toEqual([]);
    expect(bench.clock.pendingTimers).toBe(0);
  });
});
