import { formatHostPort } from '../../gossip/address.js';
import type { Member } from '../../gossip/membership/member.js';
import type { MemberEvent } from '../../gossip/membership/member-event.js';
import type { EventMember, NodeEventDraft } from './node-event.js';

type Translation = (event: MemberEvent) => readonly NodeEventDraft[];

/** What a change in the member table is called outside. One that is not named here is of no interest there. */
const TRANSLATIONS: Readonly<Record<string, Translation>> = {
  joined: plain('joined'),
  returned: plain('returned'),
  restarted,
  moved: ({ member, previous }) => [
    {
      kind: 'moved',
      member: eventMember(member),
      cause: previous && `was at ${formatHostPort(previous.address)}`,
    },
  ],
  suspected: plain('suspect'),
  cleared: plain('cleared'),
  refuted: plain('cleared', () => 'refuted'),
  evicted: plain('evicted', ({ member }) => `${member.strikes} failed probes`),
  left: plain('left', ({ member }) => (member.saidGoodbye ? 'said goodbye' : 'its address is another node’s')),
  removed: plain('removed'),
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

/** The events that tell of a change in the member table; none where the change is not one yet. */
export function memberEvents(event: MemberEvent): readonly NodeEventDraft[] {
  return Object.hasOwn(TRANSLATIONS, event.kind) ? (TRANSLATIONS[event.kind]?.(event) ?? []) : [];
}

type MemberKind = Extract<NodeEventDraft, { readonly member: EventMember }>['kind'];

function plain(kind: MemberKind, causeOf: (event: MemberEvent) => string | undefined = () => undefined): Translation {
  return (event) => {
    const cause = causeOf(event);
    return [{ kind, member: eventMember(event.member), ...(cause !== undefined && { cause }) }];
  };
}

/** Another process in the place of one that lived: what the former held is gone, as if it had left. */
function restarted({ member, previous }: MemberEvent): readonly NodeEventDraft[] {
  const cause = 'restarted';
  const former: EventMember = { ...eventMember(previous ?? member), state: 'left' };
  return [
    { kind: 'left', member: former, cause },
    { kind: 'joined', member: eventMember(member), cause },
  ];
}
