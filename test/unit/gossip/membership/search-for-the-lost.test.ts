import { beforeEach, describe, expect, it } from 'vitest';
import { MemberTable } from '../../../../src/gossip/membership/member-table.js';
import { LOST_INTERVAL_MS, SearchForTheLost } from '../../../../src/gossip/membership/search-for-the-lost.js';
import { infoOf, SELF } from '../../../support/gossip-bench.js';
import { ReadableMetrics, SeededRng } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

let clock: VirtualClock;
let members: MemberTable;
let search: SearchForTheLost;

beforeEach(() => {
  clock = new VirtualClock();
  members = new MemberTable({ clock, metrics: new ReadableMetrics() }, SELF);
  search = new SearchForTheLost({ clock, rng: new SeededRng(1) }, members);
});

function lose(id: string, proven = true): void {
  members.learn(infoOf(id), proven ? 'direct' : 'hearsay');
  if (proven) members.answered(id);
  for (let strike = 0; strike < 3; strike++) members.strike(id, true);
}

/** Whom it names, asked once a second. */
function tries(seconds: number): { readonly second: number; readonly id: string }[] {
  const named = [];
  for (let second = 1; second <= seconds; second++) {
    clock.advance(1000);
    const id = search.next()?.id;
    if (id !== undefined) named.push({ second, id });
  }
  return named;
}

describe('SearchForTheLost', () => {
  it('LostLately_IsTriedEachPeriod', () => {
    lose('a');
    expect(tries(59).map(({ second }) => second)).toEqual(Array.from({ length: 59 }, (_, index) => index + 1));
  });

  it('LostLongAgo_IsTriedEveryTenSeconds_GiveOrTakeAQuarter_ForAsLongAsItIsRemembered', () => {
    lose('a');
    clock.advance(3_600_000);
    search.next();
    const seconds = tries(1000).map(({ second }) => second);
    const pauses = seconds.slice(1).map((second, index) => (second - (seconds[index] ?? 0)) * 1000);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(0.75 * LOST_INTERVAL_MS);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1.25 * LOST_INTERVAL_MS + 1000);
    expect(new Set(pauses).size).toBeGreaterThan(2);
  });

  it('EachOfTheLost_HasItsTurn', () => {
    for (const id of ['a', 'b', 'c']) lose(id);
    const ids = tries(6).map(({ id }) => id);
    expect([ids.slice(0, 3).toSorted(), ids.slice(3).toSorted()]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  it('LongLost_DoNotTakeTheTurnsOfThoseLostLately', () => {
    lose('long');
    clock.advance(3_600_000);
    lose('lately');
    const named = tries(30).map(({ id }) => id);
    expect(named.filter((id) => id === 'lately').length).toBeGreaterThan(25);
    expect(named).toContain('long');
  });

  it('RumouredNode_ThatNeverAnswered_IsNotSearchedFor', () => {
    lose('rumour', false);
    expect(tries(60)).toEqual([]);
  });

  it('WhoLeftOrWasRemoved_IsNotSearchedFor', () => {
    for (const id of ['left', 'removed']) lose(id);
    members.leave('left');
    const removedAtMs = clock.nowMs();
    const times = { removedAtMs, expiresAtMs: removedAtMs + 3_600_000 };
    members.remove({ id: 'removed', incarnation: 0, by: SELF.id, ...times });
    expect(tries(60)).toEqual([]);
  });
});
