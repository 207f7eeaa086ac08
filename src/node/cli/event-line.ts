import { formatHostPort, normaliseHost } from '../../gossip/address.js';
import { type EventMember, NODE_EVENT_KINDS, type StreamEvent } from '../events/node-event.js';
import { printable } from '../printable.js';

const KIND_WIDTH = NODE_EVENT_KINDS.reduce((widest, kind) => Math.max(widest, kind.length), 0);
/** Enough for most; what is longer shifts the rest of its line. */
const MEMBER_WIDTH = 20;
const ADDRESS_WIDTH = 21;

type Cells = readonly [member: string, address: string, about: string];

function addressOf({ address, http_port }: Pick<EventMember, 'address' | 'http_port'>): string {
  return formatHostPort({ host: normaliseHost(address) ?? address, port: http_port });
}

function membersOf(members: readonly EventMember[]): string {
  const suspects = members.filter(({ state }) => state === 'suspect').length;
  const count = `${members.length} ${members.length === 1 ? 'member' : 'members'}`;
  return suspects === 0 ? count : `${count}, ${suspects} suspect`;
}

function cellsOf(event: StreamEvent): Cells {
  if (event.kind === 'hello') return [event.node_id, '', membersOf(event.members)];
  if (event.kind === 'gap') return ['', '', `events after ${event.after} are lost`];
  if ('member' in event) return [event.member.id, addressOf(event.member), event.cause ?? ''];
  if ('child' in event) return [event.child.id, '', event.cause];
  if ('parent' in event) return [event.parent.id, addressOf(event.parent), parentCause(event)];
  return ['', '', 'outcome' in event ? event.outcome : ''];
}

function parentCause({
  cause,
  duration_ms,
}: {
  readonly cause: string;
  readonly duration_ms?: number | undefined;
}): string {
  return duration_ms === undefined ? cause : `${cause}, after ${Math.round(duration_ms)} ms`;
}

/**
 * An event as a line for people: time, kind, member, address and cause. What comes from the network cannot steer the
 * terminal.
 */
export function eventLine(event: StreamEvent): string {
  const [member, address, about] = cellsOf(event);
  const cells = [
    printable(event.at),
    event.kind.padEnd(KIND_WIDTH),
    printable(member).padEnd(MEMBER_WIDTH),
    printable(address).padEnd(ADDRESS_WIDTH),
    printable(about),
  ];
  return `${cells.join('  ').trimEnd()}\n`;
}
