import { beforeEach, describe, expect, it } from 'vitest';
import { BACKOFF, LEAST_CAP_MS, longestPauseMs } from '../../../../src/tree/transient/attachment.js';
import {
  DIAL_TIMEOUT_MS,
  MAX_DIALS,
  NEXT_CANDIDATE_MS,
  WELCOME_TIMEOUT_MS,
} from '../../../../src/tree/transient/seeker.js';
import { CHILD, candidate, type FakeSubstrate, TransientBench } from '../../../support/transient-bench.js';
import { settle } from '../../../support/virtual-clock.js';

describe('Transient, seeking a parent', () => {
  let bench: TransientBench;

  beforeEach(() => {
    bench = new TransientBench(['a', 'b', 'c']);
  });

  /** The seeds in the order in which they are dialled: it is drawn. */
  async function orderOfSeeds(): Promise<FakeSubstrate[]> {
    const probe = new TransientBench(['a', 'b', 'c']);
    await probe.start();
    await probe.clock.run(0);
    return probe.dialer.dials.map(({ address }) => bench.at(address.host.replace('.test', '')));
  }

  it('is no uplink before its start, and is one from then on', async () => {
    expect([bench.transient.isUsed, bench.state]).toEqual([false, 'detached']);
    await bench.start();
    expect(bench.transient.isUsed).toBe(true);
  });

  it('says hello, and is attached by the welcome, without any time passing', async () => {
    bench = new TransientBench(['a']);
    const a = bench.at('a');
    await bench.start();
    expect([bench.state, bench.parentId, bench.clock.monotonicMs()]).toEqual(['attached', 'a', 0]);
    expect(a.got('hello')).toEqual([
      {
        type: 'hello',
        nodeId: 'child',
        enclave: 'default',
        address: 'child.test',
        httpPort: 8080,
        inbound: false,
        extension: { incarnation: 1000, instance: 'aaaa', sentMs: bench.clock.nowMs() },
      },
    ]);
    expect(bench.transient.status).toMatchObject({
      parent: { id: 'a', address: 'a.test', httpPort: 8080, ours: true },
      reattachments: { counts: { closed: 0, goodbye: 0 } },
    });
    expect(bench.changes).toMatchObject([{ kind: 'attached', cause: 'start', parent: { id: 'a' }, durationMs: 0 }]);
  });

  it('that pauses without a seed is attached as soon as seeds are known, and not when the pause is over', async () => {
    bench = new TransientBench([]);
    await bench.start();
    await bench.clock.run(100_000);
    while (bench.state !== 'detached') await bench.clock.run(1);
    const nowMs = bench.clock.monotonicMs();
    bench.at('late');
    bench.seeds = ['late'];
    bench.transient.seedsChanged();
    await settle();
    expect([bench.state, bench.parentId, bench.clock.monotonicMs()]).toEqual(['attached', 'late', nowMs]);
  });

  it('that still dials dead seeds tries those too that come to be known meanwhile', async () => {
    bench = new TransientBench(['a']);
    bench.at('a', { reach: 'silent' });
    await bench.start();
    await bench.clock.run(1000);
    bench.at('late');
    bench.seeds = ['late'];
    bench.transient.seedsChanged();
    await settle();
    expect([bench.state, bench.parentId]).toEqual(['attached', 'late']);
  });

  it('takes no notice of other seeds while it is attached, before its start, and after its end', async () => {
    bench = new TransientBench(['a']);
    bench.at('a');
    bench.at('late');
    bench.transient.seedsChanged();
    expect(bench.dialer.dials).toHaveLength(0);
    await bench.start();
    bench.seeds = ['late'];
    bench.transient.seedsChanged();
    await settle();
    expect([bench.parentId, bench.dialer.dials.length]).toEqual(['a', 1]);
    await bench.transient.stop();
    bench.transient.seedsChanged();
    await bench.clock.run(60_000);
    expect(bench.dialer.dials).toHaveLength(1);
  });

  it('looks for newer seeds when a round has ended without success', async () => {
    bench = new TransientBench(['a']);
    const a = bench.at('a');
    await bench.start();
    expect(bench.looks).toEqual([]);
    a.reach = 'refused';
    a.link.end();
    await settle();
    expect(bench.looks).toEqual([bench.clock.monotonicMs()]);
  });

  it('starts once', async () => {
    bench.at('a');
    bench = new TransientBench(['a']);
    bench.at('a');
    await bench.start();
    await bench.start();
    expect(bench.dialer.dials).toHaveLength(1);
  });

  it('dials the next candidate as soon as one fails', async () => {
    await bench.start();
    expect([bench.dialer.dialled.length, bench.clock.monotonicMs()]).toEqual([3, 0]);
  });

  it('dials the next candidate besides when one takes 250 ms, and gives the first up once attached', async () => {
    const [first, second] = await orderOfSeeds();
    if (first !== undefined) first.reach = 'silent';
    await bench.start();
    await bench.clock.run(NEXT_CANDIDATE_MS - 1);
    expect([bench.state, bench.dialer.dials.length]).toEqual(['dialling', 1]);
    await bench.clock.run(1);
    expect([bench.state, bench.parentId]).toEqual(['attached', second?.id]);
    expect(bench.dialer.dials[0]?.signal.aborted).toBe(true);
    expect(bench.dialer.dials[0]?.timeoutMs).toBe(DIAL_TIMEOUT_MS);
  });

  it('says hello to one at a time, keeps who opens meanwhile, and turns to them when the first fails', async () => {
    const [first, second, third] = await orderOfSeeds();
    if (first === undefined || second === undefined || third === undefined) throw new Error('three seeds');
    first.reach = 'silent';
    second.onHello = 'silent';
    const opened: (() => void)[] = [];
    const { onDial } = bench.dialer;
    bench.dialer.onDial = (dial) => {
      if (dial.address.host !== `${first.id}.test`) return onDial(dial);
      return new Promise((resolve) => opened.push(() => resolve(first.dial(dial))));
    };
    await bench.start();
    await bench.clock.run(NEXT_CANDIDATE_MS);
    expect(bench.state).toBe('greeting');
    first.reach = 'open';
    for (const open of opened) open();
    await settle();
    expect([bench.state, first.got('hello').length, first.openLinks.length]).toEqual(['greeting', 0, 1]);
    await bench.clock.run(WELCOME_TIMEOUT_MS);
    expect([bench.state, bench.parentId]).toEqual(['attached', first.id]);
    expect(third.links).toHaveLength(0);
    expect(second.openLinks).toHaveLength(0);
  });

  it('closes the reserves once it is attached', async () => {
    const [first, second] = await orderOfSeeds();
    if (first === undefined || second === undefined) throw new Error('three seeds');
    first.onHello = 'silent';
    bench.dialer.onDial = (dial) => bench.at(dial.address.host.replace('.test', '')).dial(dial);
    const slow: (() => void)[] = [];
    const { onDial } = bench.dialer;
    bench.dialer.onDial = (dial) =>
      dial.address.host === `${first.id}.test`
        ? new Promise((resolve) => slow.push(() => resolve(onDial(dial))))
        : onDial(dial);
    second.onHello = 'silent';
    await bench.start();
    await bench.clock.run(NEXT_CANDIDATE_MS);
    for (const open of slow) open();
    await settle();
    expect(bench.openLinks).toHaveLength(2);
    second.say(second.welcome());
    await settle();
    expect(bench.parentId).toBe(second.id);
    expect(first.openLinks).toHaveLength(0);
  });

  it.each(['close', 'malformed', 'unsigned'] as const)(
    'turns to the next at once where the answer is: %s',
    async (answer) => {
      bench = new TransientBench(['bad']);
      bench.at('bad', { onHello: answer });
      await bench.start();
      expect(bench.dialer.dials).toHaveLength(1);
      expect([bench.state, bench.openLinks.length]).toEqual(['detached', 0]);
      bench.seeds = ['good'];
      bench.at('good');
      await bench.clock.run(BACKOFF.baseMs);
      expect(bench.parentId).toBe('good');
    },
  );

  it('gives a candidate up that sends no welcome', async () => {
    bench = new TransientBench(['a']);
    bench.at('a', { onHello: 'silent' });
    await bench.start();
    await bench.clock.run(WELCOME_TIMEOUT_MS - 1);
    expect(bench.state).toBe('greeting');
    await bench.clock.run(1);
    expect([bench.state, bench.openLinks.length]).toEqual(['detached', 0]);
  });

  it('hears nothing but welcome and goodbye before it is attached', async () => {
    bench = new TransientBench(['a']);
    const a = bench.at('a', { onHello: 'silent' });
    await bench.start();
    a.view(3);
    a.say({
      type: 'put',
      message: {
        type: 'PUT',
        from: 'a',
        timestampS: 1,
        messageId: 'm',
        key: 'k',
        data: new Uint8Array(1),
        ttlSeconds: 9,
      },
    });
    await settle();
    expect([bench.state, bench.received]).toEqual(['greeting', []]);
  });

  it('turns to whom a goodbye names before all others, and to nobody twice in a round', async () => {
    const [first, second, third] = await orderOfSeeds();
    if (first === undefined || second === undefined || third === undefined) throw new Error('three seeds');
    first.onHello = 'goodbye';
    first.alternatives = [candidate('n'), candidate(first.id)];
    bench.at('n', { onHello: 'goodbye', alternatives: [candidate(third.id)] });
    third.onHello = 'goodbye';
    await bench.start();
    expect(bench.dialer.dialled.map((name) => name.replace('.test:8080', ''))).toEqual([
      first.id,
      'n',
      third.id,
      second.id,
    ]);
    expect(bench.parentId).toBe(second.id);
  });

  it('goes where one with less room sends it, and says so until it is attached, so that nobody sends it on again', async () => {
    const [first, second, third] = await orderOfSeeds();
    if (first === undefined || second === undefined || third === undefined) throw new TypeError('three seeds');
    first.onHello = 'goodbye';
    first.reason = 'more room elsewhere';
    first.alternatives = [candidate(third.id)];
    third.onHello = 'close';
    await bench.start();
    const dialled = bench.dialer.dialled.map((name) => name.replace('.test:8080', ''));
    expect([bench.parentId, dialled]).toEqual([second.id, [first.id, third.id, second.id]]);
    const said = [first, third, second].map((node) => node.got('hello')[0]?.extension?.isRedirected);
    expect(said).toEqual([undefined, true, true]);
    third.reach = 'refused';
    first.onHello = 'welcome';
    second.link.end();
    await settle();
    expect(bench.parentId).toBe(first.id);
    expect(first.got('hello')[1]?.extension).not.toHaveProperty('isRedirected');
  });

  it('goes on, when it is sent elsewhere, with the one named where that has opened already', async () => {
    const [first, second, third] = await orderOfSeeds();
    if (first === undefined || second === undefined || third === undefined) throw new TypeError('three seeds');
    first.onHello = 'silent';
    await bench.start();
    await bench.clock.run(2 * NEXT_CANDIDATE_MS);
    expect(bench.state).toBe('greeting');
    first.alternatives = [candidate(third.id)];
    first.goodbye('more room elsewhere');
    await settle();
    expect([bench.parentId, bench.dialer.dials.length]).toEqual([third.id, bench.dialer.dials.length]);
  });

  it('ends a round in which goodbyes name new nodes without end', async () => {
    bench = new TransientBench(['0']);
    for (let i = 0; i < 2 * MAX_DIALS; i++) {
      bench.at(`${i}`, { onHello: 'goodbye', alternatives: [candidate(`${i + 1}`)] });
    }
    bench.transient.start();
    while (bench.metrics.value('repram_tree_rounds_cut_total') === 0) await settle();
    expect([bench.dialer.dials.length, bench.state]).toEqual([MAX_DIALS, 'detached']);
  });

  it('pauses between a second and a minute at most, by the number of candidates', () => {
    expect([0, 1, 4, 8, 40, 240, 1000].map(longestPauseMs)).toEqual([1000, 1000, 1000, 2000, 10_000, 60_000, 60_000]);
  });

  it('begins another round after a pause drawn from 0.25 s doubling to 0.25 s a candidate, for ever', async () => {
    bench = new TransientBench(['a']);
    await bench.start();
    await bench.clock.run(3_600_000);
    const starts = bench.dialer.dials.map(({ atMs }) => atMs);
    const pauses = starts.slice(1).map((atMs, i) => atMs - (starts[i] ?? 0));
    expect(pauses.length).toBeGreaterThan(3600);
    for (const [i, pauseMs] of pauses.entries())
      expect(pauseMs).toBeLessThanOrEqual(Math.min(LEAST_CAP_MS, 250 * 2 ** i) + 1);
    expect(Math.max(...pauses)).toBeGreaterThan(0.9 * LEAST_CAP_MS);
    expect(Math.min(...pauses.slice(8))).toBeLessThan(0.1 * LEAST_CAP_MS);
    bench.at('a');
    await bench.clock.run(LEAST_CAP_MS);
    expect(bench.state).toBe('attached');
  });

  it('asks for the seeds anew in each round', async () => {
    bench = new TransientBench([]);
    await bench.start();
    bench.at('late');
    bench.seeds = ['late'];
    await bench.clock.run(BACKOFF.baseMs);
    expect(bench.parentId).toBe('late');
  });

  describe('itself', () => {
    it.each<[string, Partial<FakeSubstrate>]>([
      ['bears its id', { parentId: CHILD.id }],
      ['is its process', { instance: CHILD.instance }],
    ])('leaves who %s, and never dials it again', async (_name, parts) => {
      bench = new TransientBench(['mirror']);
      const mirror = bench.at('mirror', parts);
      await bench.start();
      expect([bench.state, bench.parentId, mirror.openLinks.length]).toEqual(['detached', undefined, 0]);
      await bench.clock.run(600_000);
      expect(mirror.links).toHaveLength(1);
    });

    it('does not dial its own address', async () => {
      bench = new TransientBench(['child']);
      await bench.start();
      await bench.clock.run(60_000);
      expect(bench.dialer.dials).toEqual([]);
    });

    it('tries again where its id is taken: by a former process of its own, perhaps', async () => {
      bench = new TransientBench(['a']);
      const a = bench.at('a', { onHello: 'goodbye', reason: 'id taken' });
      await bench.start();
      expect(bench.log.messages('warn')).toEqual(['node id is taken at a candidate: ids must be unique']);
      a.onHello = 'welcome';
      await bench.clock.run(BACKOFF.baseMs);
      expect(bench.parentId).toBe('a');
    });
  });

  it('does not believe a welcome of another time', async () => {
    bench = new TransientBench(['a']);
    const a = bench.at('a');
    bench.isTimely = false;
    await bench.start();
    expect([bench.state, a.openLinks.length]).toEqual(['detached', 0]);
    bench.isTimely = true;
    await bench.clock.run(BACKOFF.baseMs);
    expect(bench.state).toBe('attached');
  });

  it('takes the welcome of an older node, which names no time', async () => {
    bench = new TransientBench(['a']);
    bench.at('a', { isOurs: false, codec: 'json' });
    bench.isTimely = false;
    await bench.start();
    expect([bench.parentId, bench.transient.status.parent?.ours]).toEqual(['a', false]);
  });

  it('closes a link that opens when it is not wanted any more', async () => {
    bench = new TransientBench(['a', 'b']);
    const waiting: ((outcome: 'now') => void)[] = [];
    const { onDial } = bench.dialer;
    bench.at('a');
    bench.at('b');
    bench.dialer.onDial = async (dial) => {
      if (bench.dialer.dials.length === 1) await new Promise((resolve) => waiting.push(resolve));
      return onDial(dial);
    };
    await bench.start();
    await bench.clock.run(NEXT_CANDIDATE_MS);
    expect(bench.state).toBe('attached');
    for (const open of waiting) open('now');
    await settle();
    expect(bench.openLinks).toHaveLength(1);
  });
});
