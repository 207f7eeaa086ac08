import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../../src/gossip/address.js';
import { SeedRounds } from '../../../src/omega/seed-rounds.js';
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

beforeEach(() => {
  clock = new VirtualClock();
  unmet = SEEDS;
  isolated = false;
  asked = [];
  const join = (seeds: readonly HostPort[]): Promise<boolean> => {
    asked.push({ atMs: clock.monotonicMs(), host: seeds.map(({ host }) => host).join() });
    return Promise.resolve(false);
  };
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

  it('Rounds_ComeEverMoreRarely', async () => {
    await clock.run(300_000);
    const atMs = asked.filter(({ host }) => host === 'a.test').map((ask) => ask.atMs);
    expect(atMs.filter((ms) => ms < 10_000).length).toBeGreaterThanOrEqual(4);
    expect(atMs.length).toBeLessThanOrEqual(25);
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
