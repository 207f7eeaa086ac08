import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../src/gossip/address.js';
import { LONGEST_ROUND_PAUSE_MS, SeedRounds } from '../../../src/omega/seed-rounds.js';
import { SeededRng } from '../../support/ports.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const SEEDS: readonly HostPort[] = [
  { host: 'a.test', port: 8080 },
  { host: 'b.test', port: 8080 },
];

let clock: VirtualClock;
let unmet: readonly HostPort[];
let isolated: boolean;
let asked: { readonly atMs: number; readonly host: string | undefined }[];
let rounds: SeedRounds;

const join = (seeds: readonly HostPort[]): Promise<boolean> => {
  asked.push({ atMs: clock.monotonicMs(), host: seeds.map(({ host }) => host).join() });
  return Promise.resolve(false);
};

beforeEach(() => {
  clock = new VirtualClock();
  unmet = SEEDS;
  isolated = false;
  asked = [];
  const parts = { isIsolated: () => isolated, unmet: () => unmet, join };
  rounds = new SeedRounds({ clock, rng: new SeededRng(1) }, { intervalMs: 30_000 }, parts);
  rounds.start();
});

afterEach(() => rounds.stop());

describe('SeedRounds', () => {
  it('EverySeedIsAskedForItself_OneThatAnswersIsNotEnough', async () => {
    await clock.run(500);
    expect(asked.map(({ host }) => host)).toEqual(['a.test', 'b.test']);
  });

  it('Rounds_ComeEverMoreRarely_ButNeverStopAndNeverRestForLong', async () => {
    await clock.run(300_000);
    const atMs = asked.filter(({ host }) => host === 'a.test').map((ask) => ask.atMs);
    const pauses = atMs.map((ms, at) => ms - (atMs[at - 1] ?? 0));
    expect(atMs.filter((ms) => ms < 10_000).length).toBeGreaterThanOrEqual(4);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(LONGEST_ROUND_PAUSE_MS);
    expect(Math.min(...pauses.slice(6))).toBeGreaterThanOrEqual(LONGEST_ROUND_PAUSE_MS / 2);
    expect(new Set(pauses.slice(6)).size).toBeGreaterThan(20);
  });

  it('Rounds_AreNoRarerThanTheIntervalAsks', async () => {
    rounds.stop();
    asked.length = 0;
    const parts = { isIsolated: () => false, unmet: () => SEEDS.slice(1), join };
    rounds = new SeedRounds({ clock, rng: new SeededRng(1) }, { intervalMs: 1000 }, parts);
    rounds.start();
    await clock.run(60_000);
    expect(asked.length).toBeGreaterThanOrEqual(60);
  });

  it('SeedsMet_AreLeftInPeace', async () => {
    await clock.run(500);
    unmet = [];
    await clock.run(300_000);
    expect(asked).toHaveLength(2);
  });

  it('Isolated_IsTheBusinessOfRecovery', async () => {
    isolated = true;
    await clock.run(60_000);
    expect(asked).toEqual([]);
  });

  it('Stopped_AsksNoMore_AndLeavesNoTimer', async () => {
    rounds.stop();
    await clock.run(60_000);
    expect([asked, clock.pendingTimers]).toEqual([[], 0]);
  });
});
