import { formatHostPort } from '../../gossip/address.js';
import { STRIKES_TO_EVICT } from '../../gossip/membership/evidence.js';
import type { Member } from '../../gossip/membership/member.js';
import type { MemberEvent, MemberEventKind } from '../../gossip/membership/member-event.js';
import type { EventMember, NodeEventDraft } from './node-event.js';

const RESTARTED = 'restarted';

type Translation = (event: MemberEvent) => readonly NodeEventDraft[];

/** What a change in the member table is called outside. */
const TRANSLATIONS: Readonly<Record<MemberEventKind, Translation>> = {
  joined: plain('joined'),
  returned: (event) => (event.previous?.state === 'dead' ? plain('returned', lifeCause) : plain('joined'))(event),
  restarted,
  moved: (event) => (isAnotherProcess(event) ? restarted : plain('moved', formerAddress))(event),
  suspected: plain('suspect', ({ member }) => (member.strikes > 0 ? 'a probe failed' : 'on the word of others')),
  cleared: plain('cleared'),
  refuted: plain('cleared', () => 'refuted'),
  evicted: plain('evicted', ({ member }) =>
    member.refusals >= STRIKES_TO_EVICT ? 'refuses connections' : 'does not answer',
  ),
  left: plain('left', ({ member }) => (member.saidGoodbye ? 'said goodbye' : 'its address is another node’s')),
  removed: plain('removed'),
  // No changes yet.
  spoke: () => [],
  mentioned: () => [],
};

/** A member as events and snapshots show it. */
export function eventMember(member: Member): EventMember {
  return {
    id: member.id,
    address: member.address.host,
    http_port: member.address.port,
    enclave: member.enclave,
    ...(member.extension && { incarnation: member.extension.incarnation }),
    state: member.state,
  };
}

/** The events that tell of a change in the member table; none where it is of no interest outside. */
export function memberEvents(event: MemberEvent): readonly NodeEventDraft[] {
  return TRANSLATIONS[event.kind](event);
}

type MemberKind = Extract<NodeEventDraft, { readonly member: EventMember }>['kind'];

function plain(kind: MemberKind, causeOf: (event: MemberEvent) => string | undefined = () => undefined): Translation {
  return (event) => {
    const cause = causeOf(event);
    return [{ kind, member: eventMember(event.member), ...(cause !== undefined && { cause }) }];
  };
}

function isAnotherProcess({ member, previous }: MemberEvent): boolean {
  const [now, before] = [member.extension, previous?.extension];
  return now !== undefined && before !== undefined && now.instance !== before.instance;
}

function lifeCause(event: MemberEvent): string | undefined {
  return isAnotherProcess(event) ? RESTARTED : undefined;
}

function formerAddress({ previous }: MemberEvent): string | undefined {
  return previous && `was at ${formatHostPort(previous.address)}`;
}

/** Another process in the place of one that lived: what the former held is gone, as if it had left. */
function restarted({ member, previous }: MemberEvent): readonly NodeEventDraft[] {
  const former: EventMember = { ...eventMember(previous ?? member), state: 'left' };
  return [
    { kind: 'left', member: former, cause: RESTARTED },
    { kind: 'joined', member: eventMember(member), cause: RESTARTED },
  ];
}
