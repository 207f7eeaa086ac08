import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { STRIKES_TO_EVICT } from '../../src/gossip/membership/evidence.js';
import { isLive, type Member } from '../../src/gossip/membership/member.js';
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
      readonly host: string;
    }
  | { readonly do: 'heard' | 'answered' | 'strike' | 'leave' | 'replaced'; readonly id: string }
  | { readonly do: 'wait'; readonly ms: number };

const ids = fc.constantFrom(...IDS);

const events: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    do: fc.constant('learn' as const),
    id: ids,
    evidence: fc.constantFrom('direct' as const, 'hearsay' as const),
    incarnation: fc.option(fc.nat(4), { nil: undefined }),
    host: fc.constantFrom('one.test', 'two.test', 'self.test'),
  }),
  fc.record({ do: fc.constantFrom('heard' as const, 'answered' as const), id: ids }),
  fc.record({ do: fc.constant('strike' as const), id: ids }),
  fc.record({ do: fc.constant('strike' as const), id: ids }),
  fc.record({ do: fc.constantFrom('leave' as const, 'replaced' as const), id: ids }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 1000, 3_600_000) }),
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
  if (event.do === 'wait') clock.advance(event.ms);
  else if (event.do === 'learn') {
    const { id, incarnation, host } = event;
    table.learn(infoOf(id, { address: host, ...(incarnation !== undefined && { incarnation }) }), event.evidence);
  } else if (event.do === 'strike') table.strike(event.id, true);
  else table[event.do](event.id);
}

function checkMember(before: Member | undefined, after: Member, event: Event): void {
  const [was, is] = [before?.extension?.incarnation ?? -1, after.extension?.incarnation ?? -1];
  expect(is, 'an incarnation never goes down').toBeGreaterThanOrEqual(was);
  if (after.state === 'alive') expect(after.strikes, 'no strike stands against the alive').toBe(0);
  if (after.state === 'suspect') expect(after.strikes).toBeGreaterThan(0);
  if (isLive(after)) expect(after.strikes).toBeLessThan(STRIKES_TO_EVICT);
  const renewed = is > was;
  if (before?.state === 'dead' && isLive(after) && !renewed) {
    expect(event.do, 'the dead come back only by speaking and answering').not.toBe('strike');
    expect(after.heardMs).toBeGreaterThanOrEqual(before.sinceMs);
    expect([after.introduced, after.reachable]).toEqual([true, true]);
  }
  if (before?.state === 'left' && after.state !== 'left' && !renewed) {
    expect(event, 'who left comes back only by introducing itself').toMatchObject({ do: 'learn', evidence: 'direct' });
  }
  if (after.proven && before?.proven !== true) expect([after.introduced, after.reachable]).toEqual([true, true]);
}

function checkTable(table: MemberTable): void {
  const all = [...table.all()];
  const left = all.filter((member) => member.state === 'left');
  expect(table.live().length + table.dead().length + left.length, 'live, dead and left are all').toBe(all.length);
  expect(table.live().every(isLive)).toBe(true);
  expect(table.enclavePeers()).toEqual(table.live().filter((member) => member.enclave === SELF.enclave));
  expect(table.quorumBasis()).toBe(1 + all.filter((member) => member.proven && member.state !== 'left').length);
  expect(all.some((member) => member.id === SELF.id || member.address.host === SELF.address.host)).toBe(false);
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
        const leaves = event.do === 'leave' || event.do === 'replaced';
        if (!leaves) expect(after.basis, 'only leaving shrinks the quorum basis').toBeGreaterThanOrEqual(before.basis);
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
