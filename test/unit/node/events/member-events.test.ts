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

  it.each<[MemberEvent, readonly unknown[]]>([
    [{ kind: 'returned', member: member() }, [['returned', 'alive', undefined]]],
    [{ kind: 'suspected', member: member({ state: 'suspect' }) }, [['suspect', 'suspect', undefined]]],
    [{ kind: 'cleared', member: member() }, [['cleared', 'alive', undefined]]],
    [{ kind: 'evicted', member: member({ state: 'dead', strikes: 3 }) }, [['evicted', 'dead', '3 failed probes']]],
    [{ kind: 'left', member: member({ state: 'left', saidGoodbye: true }) }, [['left', 'left', 'said goodbye']]],
    [{ kind: 'left', member: member({ state: 'left' }) }, [['left', 'left', 'its address is another node’s']]],
    [
      { kind: 'moved', member: member(), previous: member({ address: { host: '::1', port: 81 } }) },
      [['moved', 'alive', 'was at [::1]:81']],
    ],
  ])('%j', (event, expected) => {
    expect(told(event)).toEqual(expected);
  });

  it('AFastRestart_IsALossOfData_SoItIsShownAsLeavingAndJoining', () => {
    const previous = member({ state: 'suspect' });
    const now = member({ extension: { incarnation: 6, instance: 'later' } });
    const drafts = memberEvents({ kind: 'restarted', member: now, previous });
    expect(drafts).toMatchObject([
      { kind: 'left', member: { incarnation: 5, state: 'left' }, cause: 'restarted' },
      { kind: 'joined', member: { incarnation: 6, state: 'alive' }, cause: 'restarted' },
    ]);
  });

  it.each(['spoke', 'mentioned', 'something-later', 'toString', '__proto__'])('%s is not told', (kind) => {
    expect(memberEvents({ kind: kind as MemberEvent['kind'], member: member() })).toEqual([]);
  });
});
