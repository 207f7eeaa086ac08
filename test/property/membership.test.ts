import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { STRIKES_TO_EVICT } from '../../src/gossip/membership/evidence.js';
import { isGone, isLive, type Member, memberInfo } from '../../src/gossip/membership/member.js';
import { MAX_MEMBERS, MemberTable } from '../../src/gossip/membership/member-table.js';
import { infoOf, SELF } from '../support/gossip-bench.js';
import { ReadableMetrics } from '../support/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';

const IDS = ['a', 'b', 'c', 'self'] as const;

type Event =
  | {
      readonly do: 'learn';
      readonly id: string;
      readonly evidence: 'direct' | 'hearsay';
      readonly incarnation: number | undefined;
      readonly instance: string;
      readonly host: string;
    }
  | { readonly do: 'heard' | 'answered' | 'vouched' | 'leave' | 'replaced' | 'accuse' | 'condemn'; readonly id: string }
  | { readonly do: 'strike'; readonly id: string; readonly certain: boolean }
  | { readonly do: 'remove'; readonly id: string; readonly incarnation: number }
  | { readonly do: 'wait'; readonly ms: number };

const ids = fc.constantFrom(...IDS);

/** Of two processes at most, each of which raises its incarnation: restarts and refutations. */
const learning = fc.record({
  do: fc.constant('learn' as const),
  id: ids,
  evidence: fc.constantFrom('direct' as const, 'hearsay' as const),
  incarnation: fc.option(fc.nat(4), { nil: undefined }),
  instance: fc.constantFrom('first', 'second'),
  host: fc.constantFrom('one.test', 'two.test', 'self.test'),
});

const events: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: learning },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('heard' as const, 'answered' as const, 'vouched' as const), id: ids }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('strike' as const), id: ids, certain: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('accuse' as const, 'condemn' as const), id: ids }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('leave' as const, 'replaced' as const), id: ids }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), id: ids, incarnation: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 1000, 3_600_000) }) },
);

interface Snapshot {
  readonly members: ReadonlyMap<string, Member>;
  readonly basis: number;
}

function snapshot(table: MemberTable): Snapshot {
  const members = new Map([...table.all()].map((member) => [member.id, { ...member }]));
  return { members, basis: table.quorumBasis() };
}

function apply(table: MemberTable, clock: VirtualClock, event: Event): void {
  switch (event.do) {
    case 'wait':
      return clock.advance(event.ms);
    case 'learn': {
      const { id, incarnation, instance, host, evidence } = event;
      const extension = incarnation === undefined ? {} : { extension: { incarnation, instance } };
      return void table.learn(infoOf(id, { address: host, ...extension }), evidence);
    }
    case 'strike':
      return table.strike(event.id, event.certain);
    case 'remove': {
      const removedAtMs = clock.nowMs();
      const times = { removedAtMs, expiresAtMs: removedAtMs + 7_200_000 };
      return void table.remove({ id: event.id, incarnation: event.incarnation, by: 'operator', ...times });
    }
    default:
      return table[event.do](event.id);
  }
}

function checkMember(before: Member | undefined, after: Member, event: Event): void {
  const [was, is] = [before?.extension?.incarnation ?? -1, after.extension?.incarnation ?? -1];
  expect(is, 'an incarnation never goes down').toBeGreaterThanOrEqual(was);
  expect(after.refusals, 'refusals are strikes').toBeLessThanOrEqual(after.strikes);
  if (isLive(after)) expect(after.refusals).toBeLessThan(STRIKES_TO_EVICT);
  if (isGone(after)) expect(after.proven, 'who has gone counts for no quorum').toBe(false);
  if (before !== undefined) checkChange(before, after, event, is > was);
  if (after.proven && before?.proven !== true) expect([after.introduced, after.reachable]).toEqual([true, true]);
}

function checkChange(before: Member, after: Member, event: Event, renewed: boolean): void {
  const isAnother = renewed && after.extension?.instance !== before.extension?.instance;
  if (isLive(before) && after.state === 'dead') {
    expect(['strike', 'condemn'], 'nobody is evicted by what others say').toContain(event.do);
    expect(after.strikes, 'nobody is evicted without a strike of this node').toBeGreaterThan(0);
  }
  if (after.strikes < before.strikes) {
    const ends = ['answered', 'vouched', 'learn', 'heard'];
    expect(ends, 'a row of strikes is broken by signs of life').toContain(event.do);
    if (event.do === 'learn' && isLive(before) && before.extension !== undefined && renewed && !isAnother) {
      expect(after.address, 'a refutation wipes out no strikes').not.toEqual(before.address);
    }
  }
  if (before.state === 'dead' && isLive(after) && !isAnother) {
    expect(['learn', 'heard', 'answered'], 'the dead come back by speaking and answering').toContain(event.do);
    expect(after.heardMs).toBeGreaterThanOrEqual(before.sinceMs);
    expect([after.introduced, after.reachable]).toEqual([true, true]);
  }
  if (isGone(before) && !isGone(after) && !renewed) {
    expect(event, 'who has gone comes back only by introducing itself').toMatchObject({
      do: 'learn',
      evidence: 'direct',
    });
  }
}

function checkTable(table: MemberTable): void {
  const all = [...table.all()];
  const gone = all.filter(isGone);
  expect(table.live().length + table.dead().length + gone.length, 'live, dead and gone are all').toBe(all.length);
  expect(table.live().every(isLive)).toBe(true);
  expect(table.enclavePeers()).toEqual(table.live().filter((member) => member.enclave === SELF.enclave));
  expect(table.quorumBasis()).toBe(1 + all.filter((member) => member.proven && !isGone(member)).length);
  expect(all.some((member) => member.id === SELF.id || member.address.host === SELF.address.host)).toBe(false);
  for (const member of all) {
    if (!isGone(member)) expect(table.tombstones.bars(memberInfo(member)), 'who is barred is no member').toBe(false);
  }
}

describe('MemberTable', () => {
  test.prop([fc.array(events, { maxLength: 120 })], { numRuns: 500 })(
    'keeps its invariants, whatever happens',
    (all) => {
      const clock = new VirtualClock();
      const table = new MemberTable({ clock, metrics: new ReadableMetrics() }, SELF);
      for (const event of all) {
        const before = snapshot(table);
        apply(table, clock, event);
        const after = snapshot(table);
        for (const [id, member] of after.members) checkMember(before.members.get(id), member, event);
        checkTable(table);
        const leaves = event.do === 'leave' || event.do === 'replaced' || event.do === 'remove';
        if (leaves) continue;
        expect(after.basis, 'only leaving and removal shrink the quorum basis').toBeGreaterThanOrEqual(before.basis);
      }
    },
  );

  test.prop([fc.array(fc.tuple(fc.nat(2 * MAX_MEMBERS), fc.boolean()), { minLength: 1, maxLength: 200 })], {
    numRuns: 20,
  })('never lists more than its bound, nor displaces a living member that has spoken', (newcomers) => {
    const table = new MemberTable({ clock: new VirtualClock(), metrics: new ReadableMetrics() }, SELF);
    for (let i = 0; i < MAX_MEMBERS; i++) table.learn(infoOf(`m${i}`), 'hearsay');
    const living = new Set<string>();
    for (const [index, dies] of newcomers) {
      const id = `m${index}`;
      table.learn(infoOf(id), 'direct');
      if (table.live().some((member) => member.id === id)) living.add(id);
      for (let i = 0; dies && i < STRIKES_TO_EVICT; i++) table.strike(id, true);
      if (dies) living.delete(id);
      expect([...table.all()].length).toBeLessThanOrEqual(MAX_MEMBERS);
    }
    expect([...living].every((id) => table.get(id) !== undefined)).toBe(true);
  });
});
