import { beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../src/gossip/address.js';
import { IsolationRecovery } from '../../../src/omega/isolation-recovery.js';
import { startMany } from '../../sim/world/start-many.js';
import { World } from '../../sim/world/world.js';
import { ReadableMetrics, RecordingLog, SeededRng } from '../../support/ports.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const SEEDS: readonly HostPort[] = [{ host: 'seed.test', port: 8080 }];

let clock: VirtualClock;
let metrics: ReadableMetrics;
let isolated: boolean;
let joins: { readonly atMs: number; readonly seeds: readonly HostPort[] }[];
let underWay: number;
let mostUnderWay: number;
let join: () => Promise<void>;

beforeEach(() => {
  clock = new VirtualClock();
  metrics = new ReadableMetrics();
  isolated = true;
  joins = [];
  underWay = 0;
  mostUnderWay = 0;
  join = () => clock.sleep(100);
});

function recovery(
  seeds: () => readonly HostPort[] = () => SEEDS,
  more: { readonly refresh?: () => Promise<void> } = {},
): IsolationRecovery {
  return new IsolationRecovery(
    { clock, rng: new SeededRng(1), log: new RecordingLog(), metrics },
    { intervalMs: 30_000 },
    {
      isIsolated: () => isolated,
      seeds,
      join: async (asked) => {
        joins.push({ atMs: clock.monotonicMs(), seeds: asked });
        mostUnderWay = Math.max(mostUnderWay, ++underWay);
        await join();
        underWay--;
        return !isolated;
      },
      ...more,
    },
  );
}

const cycles = () => metrics.value('repram_recovery_cycles_total');

describe('IsolationRecovery', () => {
  it('SingleFlight_HoweverManyTriggers', async () => {
    const finder = recovery();
    finder.start();
    for (let i = 0; i < 100; i++) {
      void finder.trigger();
      await clock.run(700);
    }
    expect(mostUnderWay).toBe(1);
    expect(cycles()).toBeLessThanOrEqual(4);
    finder.stop();
  });

  it('Triggers_DuringACycle_ShareItsEnd', async () => {
    const finder = recovery();
    const [first, second] = [finder.trigger(), finder.trigger()];
    expect(second).toBe(first);
    isolated = false;
    await clock.run(100);
    await first;
    expect([cycles(), metrics.value('repram_recoveries_total')]).toEqual([1, 1]);
  });

  it('Cycle_AsksAgainWithBackoff_AndEndsWithinAnInterval', async () => {
    const finder = recovery();
    void finder.trigger();
    await clock.run(60_000);
    const pauses = joins.slice(1).map(({ atMs }, i) => atMs - (joins[i]?.atMs ?? 0) - 100);
    expect(joins.length).toBeGreaterThan(6);
    expect(joins.at(-1)?.atMs).toBeLessThan(30_000);
    expect(pauses[0]).toBeLessThanOrEqual(250);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(4000);
    expect([cycles(), clock.pendingTimers]).toEqual([1, 0]);
  });

  it('Ticker_BeginsACycle_WhereNobodyTriggers', async () => {
    const finder = recovery();
    finder.start();
    await clock.run(29_999);
    expect(cycles()).toBe(0);
    await clock.run(1);
    expect(cycles()).toBe(1);
    finder.stop();
  });

  it('NotIsolated_NoCycle', async () => {
    isolated = false;
    const finder = recovery();
    finder.start();
    await finder.trigger();
    await clock.run(120_000);
    expect([cycles(), joins]).toEqual([0, []]);
    finder.stop();
  });

  it('NoSeeds_NoCycle', async () => {
    const finder = recovery(() => []);
    finder.start();
    await finder.trigger();
    await clock.run(120_000);
    expect(cycles()).toBe(0);
    finder.stop();
  });

  it('Seeds_AreTakenAsTheyAreAtEachAttempt', async () => {
    let port = 0;
    const finder = recovery(() => [{ host: 'seed.test', port: ++port }]);
    void finder.trigger();
    await clock.run(1000);
    const asked = joins.map(({ seeds }) => seeds[0]?.port);
    expect(new Set(asked).size).toBe(asked.length);
    finder.stop();
  });

  it('NewSeeds_DuringAPause_AreAskedAtOnce', async () => {
    const finder = recovery();
    void finder.trigger();
    await clock.run(20_000);
    while (underWay > 0) await clock.run(1);
    const before = joins.length;
    finder.seedsChanged();
    await clock.run(0);
    expect([joins.length, joins.at(-1)?.atMs]).toEqual([before + 1, clock.monotonicMs()]);
    finder.stop();
  });

  it('NewSeeds_DuringAnAttempt_AreAskedRightAfterIt', async () => {
    const finder = recovery();
    void finder.trigger();
    await clock.run(0);
    expect(underWay).toBe(1);
    finder.seedsChanged();
    while (joins.length === 1) await clock.run(1);
    const [first, second] = joins.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeLessThanOrEqual(101);
    finder.stop();
  });

  it('Stop_DuringAnAttempt_EndsTheCycleWithIt', async () => {
    const finder = recovery();
    const ended = finder.trigger();
    await clock.run(0);
    expect(underWay).toBe(1);
    finder.stop();
    while (underWay > 0) await clock.run(1);
    await ended;
    expect(joins).toHaveLength(1);
  });

  it('Tick_DuringACycle_LooksForNewerSeeds_AndBeginsNoOther', async () => {
    const refreshedMs: number[] = [];
    const finder = recovery(undefined, { refresh: async () => void refreshedMs.push(clock.monotonicMs()) });
    finder.start();
    await clock.run(25_000);
    void finder.trigger();
    await clock.run(5000);
    expect([refreshedMs.slice(0, 2), cycles()]).toEqual([[25_000, 30_000], 1]);
    finder.stop();
  });

  it('ACycle_LooksForNewerSeedsAgain_NoMoreOftenThanEvery5s_AndWaitsForThemOnce', async () => {
    const refreshedMs: number[] = [];
    const refresh = (): Promise<void> => {
      refreshedMs.push(clock.monotonicMs());
      return new Promise(() => undefined);
    };
    const finder = recovery(undefined, { refresh });
    void finder.trigger();
    await clock.run(29_000);
    const gaps = refreshedMs.slice(1).map((atMs, i) => atMs - (refreshedMs[i] ?? 0));
    expect(joins[0]?.atMs).toBe(2000);
    expect(gaps.length).toBeGreaterThanOrEqual(3);
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(5000);
    for (const gap of gaps) expect(gap).toBeLessThan(9200);
    finder.stop();
  });

  it('Sources_ThatHang_HoldUpNobodyWhoHasJustLooked', async () => {
    const finder = recovery(undefined, { refresh: () => new Promise(() => undefined) });
    void finder.trigger({ refresh: false });
    await clock.run(0);
    expect(joins.map(({ atMs }) => atMs)).toEqual([0]);
    finder.stop();
  });

  it('Stopped_AsksNoMore_AndBeginsNothing', async () => {
    const finder = recovery();
    finder.start();
    const cycle = finder.trigger();
    await clock.run(150);
    finder.stop();
    await clock.run(0);
    await cycle;
    void finder.trigger();
    await clock.run(120_000);
    expect([joins.length, cycles(), clock.pendingTimers]).toEqual([1, 1, 0]);
  });

  it.each(['recovered', 'alone', 'stopped'] as const)(
    'ACycleThatEnds_IsToldOnce_WithItsOutcome_%s',
    async (outcome) => {
      const finder = recovery();
      const told: string[] = [];
      finder.subscribe((event) => void told.push(event.kind === 'ended' ? event.outcome : event.kind));
      void finder.trigger();
      void finder.trigger();
      expect(told).toEqual(['started']);
      if (outcome === 'recovered') isolated = false;
      if (outcome === 'stopped') finder.stop();
      await clock.run(31_000);
      expect(told).toEqual(['started', outcome]);
    },
  );

  it('LastMemberGone_CycleBeginsAtOnce_AndFindsTheRestartedSeed', async () => {
    const world = new World(5);
    const [seed, other] = await startMany(world, 2);
    if (seed === undefined || other === undefined) throw new Error('two nodes');
    world.kill(seed);
    await world.run(4000);
    expect(other.peers).toEqual([]);
    expect(other.metrics.value('repram_recovery_cycles_total')).toBeGreaterThanOrEqual(2);
    const reborn = world.startNode({ id: 'n1', address: seed.address });
    await world.run(5000);
    expect([other.peers, reborn.peers]).toEqual([['n1'], ['n2']]);
  });
});
