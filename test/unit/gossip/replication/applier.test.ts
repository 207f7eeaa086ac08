import { beforeEach, describe, expect, it } from 'vitest';
import { HybridClock, MAX_CLOCK_SKEW_MS } from '../../../../src/gossip/hybrid-clock.js';
import { Applier } from '../../../../src/gossip/replication/applier.js';
import { MemoryStore } from '../../../../src/node/store/memory-store.js';
import { entry } from '../../../support/entries.js';
import { ReadableMetrics, RecordingLog } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let store: MemoryStore;
let applier: Applier;

beforeEach(() => {
  clock = new VirtualClock();
  const ports = { clock, metrics: new ReadableMetrics(), log: new RecordingLog() };
  store = new MemoryStore(ports, { maxBytes: 0 });
  const ttl = { minSeconds: 1, maxSeconds: 86_400 };
  applier = new Applier({ ...ports, store }, ttl, new HybridClock(clock, 'self'));
});

describe('what has expired elsewhere', () => {
  const newer = (aheadMs = 1000) => ({ ms: clock.nowMs() + aheadMs, logical: 0, origin: 'b' });

  it('Expired_TakesTheOlderValueAlong', () => {
    store.put(entry(clock.nowMs()));
    applier.supersede('k', newer(), clock.nowMs());
    expect(store.get('k')).toBeUndefined();
  });

  it('ClockOfTheTellerAhead_NothingGoesBeforeItHasExpiredHereToo', () => {
    store.put(entry(clock.nowMs()));
    applier.supersede('k', newer(), clock.nowMs() + 1);
    expect(store.get('k')).toBeDefined();
  });

  it('VersionThatIsHeld_LivesUntilItExpiresHere', () => {
    const held = entry(clock.nowMs());
    store.put(held);
    applier.supersede('k', held.version, clock.nowMs() - 1);
    expect(store.get('k')).toBeDefined();
  });

  it('VersionTooFarAhead_IsNotBelieved', () => {
    store.put(entry(clock.nowMs()));
    applier.supersede('k', newer(MAX_CLOCK_SKEW_MS + 1), clock.nowMs());
    expect(store.get('k')).toBeDefined();
  });

  it('Superseded_TheOlderValueDoesNotComeBackByRepair', () => {
    const older = entry(clock.nowMs());
    applier.supersede('k', newer(), clock.nowMs());
    expect(applier.adopt(older)).toBe('stale');
    expect(store.get('k')).toBeUndefined();
  });
});

it('ClockSetBack_WhatExpiredTooEarly_IsTakenAgain', () => {
  const held = entry(clock.nowMs(), { ttlSeconds: 60 });
  store.put(held);
  clock.jump(61_000);
  expect(applier.adopt(held)).toBe('stale');
  const newer = { ...held, version: { ...held.version, logical: 1 } };
  expect(store.put(newer)).toBe('expired');
  clock.jump(-61_000);
  expect(applier.adopt(newer)).toBe('stored');
});

it('ClockSetBack_WhatIsOlderThanWhatExpired_IsNotTaken_AndNotSaidToBe', () => {
  const older = entry(clock.nowMs() - 1000, { ttlSeconds: 600 });
  store.put(entry(clock.nowMs(), { ttlSeconds: 60 }));
  clock.jump(61_000);
  expect(store.keys({}).keys).toEqual([]);
  store.inventory.root();
  clock.jump(-30_000);
  expect(applier.adopt(older)).toBe('disbelieved');
  expect(store.get('k')).toBeUndefined();
});
