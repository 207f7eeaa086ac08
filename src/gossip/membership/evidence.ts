import { type HostPort, sameHostPort } from '../address.js';
import type { NodeExtension, NodeInfo } from '../wire/message.js';
import { isLive, type Member } from './member.js';
import type { MemberEventKind } from './member-event.js';

/** Strikes in a row that evict. */
export const STRIKES_TO_EVICT = 3;

/** Who says it: the node itself, or anybody else about it. */
export type Evidence = 'direct' | 'hearsay';

/**
 * What a piece of evidence makes of a member: the fields that change, and what that is called, where it is an event.
 */
export interface Verdict {
  readonly fields: Partial<Member>;
  readonly kind?: MemberEventKind;
}

export function addressOf(info: NodeInfo): HostPort {
  return { host: info.address, port: info.httpPort };
}

/** Whether `info` comes from a later incarnation than what is known, an earlier one, or neither can be told. */
export function compareIncarnations(info: NodeInfo, known: Member): 'later' | 'earlier' | 'same' {
  if (info.extension === undefined || known.extension === undefined) return 'same';
  const { incarnation } = info.extension;
  if (incarnation === known.extension.incarnation) return 'same';
  return incarnation > known.extension.incarnation ? 'later' : 'earlier';
}

/** Whether `info` was said by an incarnation that has said goodbye since. */
export function isFromBeforeGoodbye(info: NodeInfo, known: Member): boolean {
  return known.saidGoodbye && info.extension !== undefined && !isLaterProcess(info.extension, known.extension);
}

/** Where two processes have the same incarnation, the one not known yet is the later. */
function isLaterProcess(said: NodeExtension, known: NodeExtension | undefined): boolean {
  return known === undefined || said.incarnation !== known.incarnation || said.instance !== known.instance;
}

/** A node nobody knew. */
export function newMember(info: NodeInfo, evidence: Evidence, nowMs: number): Member {
  const direct = evidence === 'direct';
  return {
    id: info.id,
    address: addressOf(info),
    gossipPort: info.port,
    enclave: info.enclave,
    extension: info.extension,
    state: 'alive',
    sinceMs: nowMs,
    strikes: 0,
    struckMs: Number.NEGATIVE_INFINITY,
    introduced: direct,
    reachable: false,
    proven: false,
    saidGoodbye: false,
    heardMs: direct ? nowMs : Number.NEGATIVE_INFINITY,
  };
}

/** News of a later incarnation: whatever was thought of the former one is over. */
export function renewed(known: Member, info: NodeInfo, evidence: Evidence, nowMs: number): Verdict {
  const direct = evidence === 'direct';
  const fields = {
    ...detailsOf(info, known),
    state: 'alive',
    strikes: 0,
    introduced: direct,
    reachable: false,
    saidGoodbye: false,
    heardMs: direct ? nowMs : known.heardMs,
  } as const;
  if (!isLive(known)) return { fields, kind: 'returned' };
  return { fields, kind: hasMoved(info, known) ? 'moved' : 'restarted' };
}

/** A known node introduces itself. One held for dead must answer, too, before it is believed to live. */
export function introduced(known: Member, info: NodeInfo, nowMs: number): Verdict {
  const moved = hasMoved(info, known);
  const fields = {
    ...detailsOf(info, known),
    introduced: true,
    reachable: known.reachable && !moved,
    saidGoodbye: false,
    heardMs: nowMs,
  };
  const afresh = { ...fields, state: 'alive', strikes: 0 } as const;
  if (known.state === 'left') return { fields: afresh, kind: 'joined' };
  if (known.state === 'dead') return { fields, kind: 'spoke' };
  return moved ? { fields: afresh, kind: 'moved' } : { fields };
}

/** Hearsay that is no news: it moves only members in trouble that cannot speak of incarnations, and revives none. */
export function mentioned(known: Member, info: NodeInfo): Verdict | undefined {
  const settled = known.state === 'alive' && known.reachable;
  if (known.state === 'left' || settled || known.extension !== undefined || !hasMoved(info, known)) return undefined;
  return { fields: { address: addressOf(info), gossipPort: info.port, reachable: false }, kind: 'moved' };
}

/** A probe failed. The third in a row evicts; one of a dead member undoes an answer that it gave before. */
export function struck(known: Member, nowMs: number): Verdict | undefined {
  if (!isLive(known)) return known.reachable ? { fields: { reachable: false } } : undefined;
  const strikes = known.strikes + 1;
  const fields = { strikes, struckMs: nowMs };
  if (strikes >= STRIKES_TO_EVICT) return { fields: { ...fields, state: 'dead', reachable: false }, kind: 'evicted' };
  return known.state === 'alive' ? { fields: { ...fields, state: 'suspect' }, kind: 'suspected' } : { fields };
}

/** A request was answered: the row of strikes is broken. */
export function answered(known: Member): Verdict | undefined {
  if (known.state === 'suspect') return { fields: { state: 'alive', strikes: 0, reachable: true }, kind: 'cleared' };
  return known.reachable ? undefined : { fields: { reachable: true } };
}

/** The member has gone for good. */
export function departed(saidGoodbye: boolean): Verdict {
  const fields = { state: 'left', reachable: false, introduced: false, proven: false, saidGoodbye } as const;
  return { fields, kind: 'left' };
}

/** A member that has spoken and answers is there; a dead one must have done both since it died. */
export function proof(known: Member): Verdict | undefined {
  if (!known.introduced || !known.reachable) return undefined;
  if (known.state === 'dead' && known.heardMs >= known.sinceMs) {
    return { fields: { proven: true, state: 'alive', strikes: 0 }, kind: 'returned' };
  }
  return known.proven ? undefined : { fields: { proven: true } };
}

/**
 * What `info` says about a member; the address object stays the same where the address does. Where an older node has
 * taken the place of one of ours, the incarnation stays, as a bound on what may come after.
 */
function detailsOf(info: NodeInfo, known: Member): Pick<Member, 'address' | 'gossipPort' | 'enclave' | 'extension'> {
  return {
    address: hasMoved(info, known) ? addressOf(info) : known.address,
    gossipPort: info.port,
    enclave: info.enclave,
    extension: info.extension ?? known.extension,
  };
}

function hasMoved(info: NodeInfo, known: Member): boolean {
  return !sameHostPort(addressOf(info), known.address);
}
