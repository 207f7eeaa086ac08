import { describe, expect, it } from 'vitest';
import { newMember } from '../../../../src/gossip/membership/evidence.js';
import type { Member } from '../../../../src/gossip/membership/member.js';
import type { MemberEvent } from '../../../../src/gossip/membership/member-event.js';
import { memberEvents } from '../../../../src/node/events/member-events.js';
import { infoOf } from '../../../support/gossip-bench.js';

const member = (overrides: Partial<Member> = {}): Member => ({
  ...newMember(infoOf('a', { incarnation: 5 }), 'direct', 0),
  ...overrides,
});

const told = (event: MemberEvent) =>
  memberEvents(event).map((draft) =>
    'member' in draft ? [draft.kind, draft.member.state, draft.cause] : [draft.kind],
  );

describe('memberEvents', () => {
  it('AMemberIsShownAsTopologyShowsIt_WithItsIncarnationWhereItHasOne', () => {
    const { id, address, enclave } = member();
    const shown = { id, address: address.host, http_port: address.port, enclave, state: 'alive' };
    expect(memberEvents({ kind: 'joined', member: member() })).toEqual([
      { kind: 'joined', member: { ...shown, incarnation: 5 } },
    ]);
    const [old] = memberEvents({ kind: 'joined', member: member({ extension: undefined }) });
    expect(old).toEqual({ kind: 'joined', member: shown });
  });

  const dead = member({ state: 'dead' });
  const gone = member({ state: 'left' });
  const later = member({ extension: { incarnation: 6, instance: 'later' } });
  const elsewhere = member({ address: { host: '::1', port: 81 } });

  it.each<[MemberEvent, readonly unknown[]]>([
    [{ kind: 'returned', member: member(), previous: dead }, ['returned', 'alive', undefined]],
    [{ kind: 'returned', member: later, previous: dead }, ['returned', 'alive', 'restarted']],
    [{ kind: 'returned', member: later, previous: gone }, ['joined', 'alive', undefined]],
    [{ kind: 'suspected', member: member({ state: 'suspect', strikes: 1 }) }, ['suspect', 'suspect', 'a probe failed']],
    [{ kind: 'suspected', member: member({ state: 'suspect' }) }, ['suspect', 'suspect', 'on the word of others']],
    [{ kind: 'cleared', member: member() }, ['cleared', 'alive', undefined]],
    [{ kind: 'refuted', member: member() }, ['cleared', 'alive', 'refuted']],
    [{ kind: 'evicted', member: member({ state: 'dead', refusals: 3 }) }, ['evicted', 'dead', 'refuses connections']],
    [{ kind: 'evicted', member: member({ state: 'dead', strikes: 9 }) }, ['evicted', 'dead', 'does not answer']],
    [{ kind: 'left', member: member({ state: 'left', saidGoodbye: true }) }, ['left', 'left', 'said goodbye']],
    [{ kind: 'left', member: gone }, ['left', 'left', 'its address is another node’s']],
    [{ kind: 'removed', member: member({ state: 'removed' }) }, ['removed', 'removed', undefined]],
    [{ kind: 'moved', member: member(), previous: elsewhere }, ['moved', 'alive', 'was at [::1]:81']],
  ])('%j', (event, expected) => {
    expect(told(event)).toEqual([expected]);
  });

  it.each(['restarted', 'moved'] as const)('AFastRestart_IsALossOfData_SoItIsLeavingAndJoining_%s', (kind) => {
    const previous = member({ state: 'suspect' });
    expect(memberEvents({ kind, member: later, previous })).toMatchObject([
      { kind: 'left', member: { incarnation: 5, state: 'left' }, cause: 'restarted' },
      { kind: 'joined', member: { incarnation: 6, state: 'alive' }, cause: 'restarted' },
    ]);
  });

  it.each(['spoke', 'mentioned'] as const)('%s is no change yet', (kind) => {
    expect(memberEvents({ kind, member: member() })).toEqual([]);
  });
});
