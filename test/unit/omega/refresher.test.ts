import { beforeEach, describe, expect, it } from 'vitest';
import { RootListCache } from '../../../src/omega/cache.js';
import { OMEGA_FAULTS } from '../../../src/omega/fault.js';
import { RootListHolder, SKEW_MS } from '../../../src/omega/holder.js';
import { RootRefresher, WATCH_MS } from '../../../src/omega/refresher.js';
import { RootStatus } from '../../../src/omega/root-status.js';
import type { SourceAnswer } from '../../../src/omega/source.js';
import { LAGGARD_MS, SOURCE_TIMEOUT_MS, SourceRound } from '../../../src/omega/source-round.js';
import { ReadableMetrics, RecordingLog, SeededRng } from '../../support/ports.js';
import {
  DAY_S,
  KEYS,
  lines,
  MemoryFiles,
  OTHER_KEYS,
  ScriptedSource,
  START_S,
  signedLine,
  verifier,
} from '../../support/root-lists.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const HOUR_MS = 3_600_000;
const DAY_MS = DAY_S * 1000;
const NEVER = new Promise<SourceAnswer>(() => undefined);
const DOWN: SourceAnswer = { kind: 'failed', code: 'DNS_FAILED', reason: 'ETIMEOUT' };

let clock: VirtualClock;
let files: MemoryFiles;
let metrics: ReadableMetrics;
let log: RecordingLog;
let published: string;
let source: ScriptedSource;

beforeEach(() => {
  clock = new VirtualClock();
  files = new MemoryFiles();
  published = signedLine();
  source = new ScriptedSource('first', () => lines(published));
});

/** A node that starts now, over the files there are. */
function node(sources: readonly ScriptedSource[] = [source], trusted = [KEYS], seed = 1) {
  metrics = new ReadableMetrics();
  log = new RecordingLog();
  const ports = { clock, rng: new SeededRng(seed), log, metrics, files };
  const holder = new RootListHolder(ports);
  const parts = { sources, verifier: verifier(...trusted), holder };
  const cache = new RootListCache(ports, { paths: ['/home/root-list.json', '/var/root-list.json'] });
  const refresher = new RootRefresher(ports, { ...parts, round: new SourceRound(ports, parts), cache });
  const root = new RootStatus(ports, { host: 'a.test', port: 8080 }, { holder });
  return { refresher, holder, root };
}

const refreshes = (outcome: string) => metrics.value('repram_omega_refreshes_total', { outcome });
const failures = (code: string) => metrics.value('repram_omega_failures_total', { code });

describe('RootRefresher', () => {
  it('Start_TakesTheList_KeepsIt_AndCountsIt', async () => {
    const { refresher, holder, root } = node();
    expect(holder.state()).toBe('none');
    const ready = refresher.start();
    await clock.run(0);
    await ready;
    expect(holder.current()?.roots).toHaveLength(2);
    expect(root.isRoot()).toBe(true);
    expect(metrics.value('repram_omega_is_root')).toBe(1);
    expect(metrics.value('repram_omega_last_refresh_unix_seconds')).toBe(START_S);
    expect(metrics.value('repram_omega_list_expires_unix_seconds')).toBe(START_S + DAY_S);
    expect(JSON.parse(files.files.get('/home/root-list.json') ?? '')).toEqual({
      version: 'omega-v1',
      expires: START_S + DAY_S,
      nodes: ['a.test:8080', 'b.test:8080'],
      signature: expect.stringMatching(/^[\w+/]{86}==$/),
    });
    refresher.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([1, 2, 3, 4, 5])('Refresh_ComesAtNineTenthsOfWhatIsLeft_GiveOrTakeATenth (seed %i)', async (seed) => {
    const { refresher } = node([source], [KEYS], seed);
    void refresher.start();
    await clock.run(0.81 * DAY_MS - 1000);
    expect(source.asked).toBe(1);
    published = signedLine({ expiresS: START_S + 2 * DAY_S });
    await clock.run(0.18 * DAY_MS + 2000);
    expect(source.asked).toBe(2);
    refresher.stop();
  });

  it('Unchanged_ListThatRunsOut_IsAskedForAFewTimes_NotWithoutEnd', async () => {
    const { refresher } = node();
    void refresher.start();
    await clock.run(DAY_MS - 1000);
    expect(source.asked).toBeGreaterThan(3);
    expect(source.asked).toBeLessThan(20);
    refresher.stop();
  });

  it('Failures_AreRetriedAfter30s_DoublingTo10min_UntilOneGoesWell', async () => {
    const atMs: number[] = [];
    source.answer = () => {
      atMs.push(clock.monotonicMs());
      return DOWN;
    };
    const { refresher } = node();
    const ready = refresher.start();
    await clock.run(2 * HOUR_MS);
    await ready;
    const pausesS = atMs.slice(1).map((ms, at) => (ms - (atMs[at] ?? 0)) / 1000);
    for (const [at, fullS] of [30, 60, 120, 240, 480, 600, 600, 600].entries()) {
      expect(pausesS[at], `pause ${at}`).toBeGreaterThanOrEqual(0.9 * fullS);
      expect(pausesS[at], `pause ${at}`).toBeLessThanOrEqual(fullS);
    }
    expect(failures('DNS_FAILED')).toBe(atMs.length);
    expect(refreshes('failed')).toBe(atMs.length);
    source.answer = () => lines(published);
    await clock.run(600_000);
    const askedWell = source.asked;
    expect(refreshes('ok')).toBe(1);
    await clock.run(600_000);
    expect(source.asked).toBe(askedWell);
    refresher.stop();
  });

  it('Trigger_WhileARefreshRuns_BringsOneMoreAfterIt_HoweverManyTriggers', async () => {
    const { refresher } = node();
    let answer: (answer: SourceAnswer) => void = () => undefined;
    source.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    void refresher.start();
    await clock.run(0);
    const triggers = [refresher.trigger(), refresher.trigger(), refresher.trigger()];
    let ended = 0;
    for (const trigger of triggers) void trigger.then(() => ended++);
    await clock.run(0);
    expect(source.asked).toBe(1);
    answer(lines(published));
    await clock.run(0);
    expect([source.asked, ended]).toEqual([2, 0]);
    answer(lines(published));
    await clock.run(0);
    expect([source.asked, ended]).toEqual([2, 3]);
    refresher.stop();
  });

  it('Trigger_DuringBackoff_AsksAtOnce', async () => {
    source.answer = () => DOWN;
    const { refresher, holder } = node();
    void refresher.start();
    await clock.run(2 * HOUR_MS);
    source.answer = () => lines(published);
    const asked = source.asked;
    const triggered = refresher.trigger();
    await clock.run(0);
    await triggered;
    expect(source.asked).toBe(asked + 1);
    expect(holder.state()).toBe('valid');
    refresher.stop();
  });

  it('Rollback_ToAnOlderList_IsRefused_ThoughItVerifies', async () => {
    const { refresher, holder } = node();
    void refresher.start();
    await clock.run(0);
    published = signedLine({ expiresS: START_S + DAY_S - 1, nodes: ['evil.test:1'] });
    const triggered = refresher.trigger();
    await clock.run(0);
    await triggered;
    expect(holder.current()?.roots[0]?.host).toBe('a.test');
    expect(failures('OLDER')).toBe(1);
    refresher.stop();
  });

  it('Rollback_OverARestart_IsRefused', async () => {
    const first = node();
    void first.refresher.start();
    await clock.run(0);
    first.refresher.stop();
    published = signedLine({ expiresS: START_S + DAY_S - 1, nodes: ['evil.test:1'] });
    const second = node();
    void second.refresher.start();
    await clock.run(0);
    expect(second.holder.current()?.roots[0]?.host).toBe('a.test');
    second.refresher.stop();
  });

  it('SeveralSources_TheNewestCounts_InWhateverOrderTheyAnswer', async () => {
    const old = signedLine({ expiresS: START_S + 60, nodes: ['old.test:1'] });
    for (const [firstLine, secondLine] of [
      [old, published],
      [published, old],
    ] as const) {
      files.files.clear();
      const slow = new ScriptedSource('slow', async () => {
        await clock.sleep(100);
        return lines(secondLine);
      });
      const { refresher, holder } = node([new ScriptedSource('quick', () => lines(firstLine)), slow]);
      const ready = refresher.start();
      await clock.run(100);
      await ready;
      expect(holder.current()?.roots[0]?.host).toBe('a.test');
      refresher.stop();
    }
  });

  it('HangingSource_HoldsNobodyUp_AndIsGivenUpAfter10s', async () => {
    const hanging = new ScriptedSource('hanging', () => NEVER);
    const { refresher, holder } = node([hanging, source]);
    let isReady = false;
    void refresher.start().then(() => {
      isReady = true;
    });
    await clock.run(LAGGARD_MS);
    expect([isReady, holder.state()]).toEqual([true, 'valid']);
    await clock.run(SOURCE_TIMEOUT_MS);
    expect(failures('TIMED_OUT')).toBe(1);
    refresher.stop();
  });

  it('OneSourceDown_AnotherSuffices', async () => {
    const { refresher, holder } = node([new ScriptedSource('down', () => DOWN), source]);
    void refresher.start();
    await clock.run(0);
    expect(holder.state()).toBe('valid');
    expect([refreshes('ok'), refreshes('failed')]).toEqual([1, 0]);
    refresher.stop();
  });

  it('Unverified_ListsOfEveryKind_AreNeverTaken_AndEachIsCountedByItsCode', async () => {
    const bad: readonly (readonly [string, string])[] = [
      ['BAD_SIGNATURE', signedLine({ keys: OTHER_KEYS })],
      ['EXPIRED', signedLine({ expiresS: START_S })],
      ['WRONG_VERSION', signedLine({ version: 'omega-v0' })],
      ['MALFORMED', ''],
      ['BAD_NODE', published.replace('a.test:8080', 'a.test')],
    ];
    for (const [code, line] of bad) {
      source.answer = () => lines(line);
      const { refresher, holder } = node();
      void refresher.start();
      await clock.run(0);
      expect([code, holder.newest, failures(code)]).toEqual([code, undefined, 1]);
      expect(OMEGA_FAULTS.filter((fault) => failures(fault) > 0)).toEqual([code]);
      expect(files.writes).toBe(0);
      refresher.stop();
    }
  });

  it('Rotation_ListsOfBothKeysSideBySide_SuitOldAndNewNodes', async () => {
    source.answer = () => lines(signedLine({ keys: OTHER_KEYS, expiresS: START_S + 2 * DAY_S }), published);
    for (const [trusted, expiresS] of [
      [[KEYS], START_S + DAY_S],
      [[OTHER_KEYS], START_S + 2 * DAY_S],
      [[KEYS, OTHER_KEYS], START_S + 2 * DAY_S],
    ] as const) {
      files.files.clear();
      const { refresher, holder } = node([source], [...trusted]);
      void refresher.start();
      await clock.run(0);
      expect(holder.current()?.expiresS).toBe(expiresS);
      refresher.stop();
    }
  });

  it('AnswersAfterTheStop_CountNoMore', async () => {
    source.answer = async () => {
      await clock.sleep(100);
      return lines(published);
    };
    const { refresher, holder } = node();
    void refresher.start();
    await clock.run(50);
    refresher.stop();
    await clock.run(DAY_MS);
    expect(holder.newest).toBeUndefined();
    expect([source.asked, clock.pendingTimers]).toEqual([1, 0]);
    await refresher.trigger();
    expect(source.asked).toBe(1);
  });
});

describe('expiry', () => {
  it('DegradedState_SaysSo_IsNoRoot_AndGoesOnLooking', async () => {
    const { refresher, holder, root } = node();
    void refresher.start();
    await clock.run(0);
    source.answer = () => DOWN;
    await clock.run(DAY_MS - 1);
    expect([holder.state(), root.isRoot()]).toEqual(['valid', true]);
    await clock.run(1 + WATCH_MS);
    expect([holder.state(), root.isRoot()]).toEqual(['grace', true]);
    await clock.run(SKEW_MS);
    expect([holder.state(), root.isRoot(), holder.current()]).toEqual(['expired', false, undefined]);
    expect(log.messages('warn').some((line) => line.includes('used for 5 min more'))).toBe(true);
    expect(log.messages('error')).toHaveLength(1);
    source.answer = () => lines(signedLine({ expiresS: START_S + 3 * DAY_S }));
    await clock.run(600_000);
    expect([holder.state(), root.isRoot()]).toEqual(['valid', true]);
    refresher.stop();
  });

  it('ClockThatJumpsAhead_IsNoticedWithinAWatchPeriod', async () => {
    const { refresher, holder } = node();
    void refresher.start();
    await clock.run(0);
    clock.jump(2 * DAY_MS);
    expect(holder.current()).toBeUndefined();
    await clock.run(WATCH_MS);
    expect(log.messages('error')).toHaveLength(1);
    expect(source.asked).toBeGreaterThan(1);
    refresher.stop();
  });

  it('ExpiredByLessThanTheSkew_IsUsedFromTheCache_AndRefusedFromASource', async () => {
    const first = node();
    void first.refresher.start();
    await clock.run(0);
    first.refresher.stop();
    await clock.run(DAY_MS + SKEW_MS - 1);

    const second = node();
    const ready = second.refresher.start();
    await clock.run(0);
    await ready;
    expect(second.holder.state()).toBe('grace');
    expect(failures('EXPIRED')).toBe(1);
    second.refresher.stop();

    files.files.clear();
    const third = node();
    void third.refresher.start();
    await clock.run(0);
    expect(third.holder.state()).toBe('none');
    third.refresher.stop();
  });

  it('ExpiredByMoreThanTheSkew_IsNotUsedFromTheCacheEither', async () => {
    const first = node();
    void first.refresher.start();
    await clock.run(0);
    first.refresher.stop();
    await clock.run(DAY_MS + SKEW_MS);
    const second = node([new ScriptedSource('down', () => DOWN)]);
    void second.refresher.start();
    await clock.run(0);
    expect([second.holder.state(), second.holder.current()]).toEqual(['expired', undefined]);
    expect(log.messages('warn')).toContain('the cached root list has expired; it is not used');
    second.refresher.stop();
  });

  it('ListThatRunsForYears_IsRefreshedWithinWhatATimerCanWait', async () => {
    published = signedLine({ expiresS: 9_007_199_254_740 });
    const { refresher } = node();
    void refresher.start();
    await clock.run(24 * DAY_MS - 1000);
    expect(source.asked).toBe(1);
    await clock.run(1000);
    expect(source.asked).toBe(2);
    refresher.stop();
  });
});

describe('the cache', () => {
  const down = () => [new ScriptedSource('down', () => DOWN)];

  async function filled(): Promise<string> {
    const { refresher } = node();
    void refresher.start();
    await clock.run(0);
    refresher.stop();
    return files.files.get('/home/root-list.json') ?? '';
  }

  it('SourcesDown_ValidCache_IsEnough_AndReadyAtOnce', async () => {
    await filled();
    const { refresher, holder } = node([new ScriptedSource('hanging', () => NEVER)]);
    const ready = refresher.start();
    await clock.run(0);
    await ready;
    expect(holder.state()).toBe('valid');
    refresher.stop();
  });

  it.each([
    ['not JSON', () => '{'],
    ['null', () => 'null'],
    ['of another shape', () => '{"version":1}'],
    ['a node changed', (text: string) => text.replace('a.test', 'c.test')],
    ['a separator in a node', (text: string) => text.replace('a.test:8080', 'a.test:8080;exp=9')],
    ['the time raised', (text: string) => text.replace(/"expires":\d/, '"expires":9')],
    ['the time no whole number', (text: string) => text.replace(/"expires":\d+/, '"expires":1e400')],
    ['another key’s', () => JSON.stringify({ version: 'omega-v1', expires: 9e9, nodes: ['e:1'], signature: 'AAAA' })],
    ['too long', () => ' '.repeat(200_000)],
  ])('Damaged_%s_IsNotUsed_AndSaidSo', async (_, damage) => {
    files.files.set('/home/root-list.json', damage(await filled()));
    const { refresher, holder } = node(down());
    void refresher.start();
    await clock.run(0);
    expect(holder.newest).toBeUndefined();
    expect(log.messages('warn').some((line) => line.startsWith('the cached root list'))).toBe(true);
    refresher.stop();
  });

  it('FirstDirectoryBroken_TheSecondIsUsed_AndOfTwoTheNewestCounts', async () => {
    await filled();
    files.broken.set('/home', 'EROFS');
    published = signedLine({ expiresS: START_S + 2 * DAY_S });
    const { refresher } = node();
    void refresher.start();
    await clock.run(0);
    refresher.stop();
    expect(files.files.has('/var/root-list.json')).toBe(true);
    files.broken.clear();
    const later = node(down());
    void later.refresher.start();
    await clock.run(0);
    expect(later.holder.current()?.expiresS).toBe(START_S + 2 * DAY_S);
    later.refresher.stop();
  });

  it('NoDirectoryWritable_IsSaidOnce_AndTriedAgainAtTheNextRefresh', async () => {
    files.broken.set('/', 'ENOSPC');
    const { refresher } = node();
    void refresher.start();
    await clock.run(0);
    expect(metrics.value('repram_omega_cache_write_failures_total')).toBeGreaterThan(0);
    expect(log.messages('warn').filter((line) => line.includes('cannot be cached'))).toHaveLength(1);
    files.broken.clear();
    const triggered = refresher.trigger();
    await clock.run(0);
    await triggered;
    expect(files.writes).toBe(1);
    refresher.stop();
  });

  it('KnownList_IsNotWrittenAgain', async () => {
    await filled();
    const { refresher } = node();
    void refresher.start();
    await clock.run(0);
    expect(files.writes).toBe(1);
    refresher.stop();
  });
});
