import { type HostPort, sameHostPort } from '../address.js';
import type { NodeExtension, NodeInfo } from '../wire/message.js';
import { isGone, isLive, type Member, speaksExtension } from './member.js';
import type { MemberEventKind } from './member-event.js';

/** Strikes in a row that evict, where they are certain: refused or reset. */
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
    speaksExtension: info.extension !== undefined,
    state: 'alive',
    sinceMs: nowMs,
    strikes: 0,
    refusals: 0,
    struckMs: Number.NEGATIVE_INFINITY,
    introduced: direct,
    reachable: false,
    proven: false,
    saidGoodbye: false,
    heardMs: direct ? nowMs : Number.NEGATIVE_INFINITY,
    signOfLifeMs: Number.NEGATIVE_INFINITY,
  };
}

/** News of a later incarnation: whatever was thought of the former one is over. */
export function renewed(known: Member, info: NodeInfo, evidence: Evidence, nowMs: number): Verdict {
  const direct = evidence === 'direct';
  const fields = {
    ...detailsOf(info, known),
    ...CLEARED,
    introduced: direct,
    reachable: false,
    saidGoodbye: false,
    heardMs: direct ? nowMs : known.heardMs,
  } as const;
  if (!isLive(known)) return { fields, kind: 'returned' };
  return { fields, kind: hasMoved(info, known) ? 'moved' : 'restarted' };
}

/**
 * The same process under a later incarnation: it was accused, and says that it lives. The row of strikes stays: it counts
 * what this node saw itself, and a member that can speak and not be reached would refute for ever.
 */
export function refuted(known: Member, info: NodeInfo, evidence: Evidence, nowMs: number): Verdict {
  const direct = evidence === 'direct';
  const moved = hasMoved(info, known);
  const fields = {
    ...detailsOf(info, known),
    state: 'alive',
    introduced: known.introduced || direct,
    reachable: known.reachable && !moved,
    saidGoodbye: false,
    heardMs: direct ? nowMs : known.heardMs,
    signOfLifeMs: nowMs,
  } as const;
  if (!isLive(known)) return { fields: { ...fields, ...CLEARED }, kind: 'returned' };
  if (moved) return { fields: { ...fields, ...CLEARED }, kind: 'moved' };
  return known.state === 'suspect' ? { fields, kind: 'refuted' } : { fields };
}

/** One held for dead says that it is the process it was: it has to answer, before it is believed to live. */
export function protested(known: Member, info: NodeInfo, evidence: Evidence, nowMs: number): Verdict {
  const heard = evidence === 'direct' ? ({ introduced: true, heardMs: nowMs } as const) : {};
  const reachable = known.reachable && !hasMoved(info, known);
  return { fields: { ...detailsOf(info, known), ...heard, reachable, signOfLifeMs: nowMs }, kind: 'spoke' };
}

/** Whether both are the same process: one that says so of itself, and the one that is known. */
export function isSameProcess(info: NodeInfo, known: Member): boolean {
  return info.extension !== undefined && info.extension.instance === known.extension?.instance;
}

const NO_STRIKES = { strikes: 0, refusals: 0 } as const;
const CLEARED = { ...NO_STRIKES, state: 'alive' } as const;

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
  const afresh = { ...fields, ...CLEARED } as const;
  if (isGone(known)) return { fields: afresh, kind: 'joined' };
  if (known.state === 'dead') return { fields, kind: 'spoke' };
  return moved ? { fields: afresh, kind: 'moved' } : { fields };
}

/** Hearsay that is no news: it moves only members in trouble that cannot speak of incarnations, and revives none. */
export function mentioned(known: Member, info: NodeInfo): Verdict | undefined {
  const settled = known.state === 'alive' && known.reachable;
  if (isGone(known) || settled || speaksExtension(known) || !hasMoved(info, known)) return undefined;
  return { fields: { address: addressOf(info), gossipPort: info.port, reachable: false }, kind: 'moved' };
}

/**
 * A probe failed. The third refusal in a row evicts, silence alone does not (see `Suspicions`). A failed probe of a dead
 * member undoes an answer that it gave before.
 */
export function struck(known: Member, certain: boolean, nowMs: number): Verdict | undefined {
  if (!isLive(known)) return known.reachable ? { fields: { reachable: false } } : undefined;
  const refusals = certain ? known.refusals + 1 : known.refusals;
  const fields = { strikes: known.strikes + 1, refusals, struckMs: nowMs };
  if (refusals >= STRIKES_TO_EVICT) return { fields: { ...fields, ...EVICTED }, kind: 'evicted' };
  return known.state === 'alive' ? { fields: { ...fields, state: 'suspect' }, kind: 'suspected' } : { fields };
}

/** Another member says that this one does not answer. */
export function accused(known: Member): Verdict | undefined {
  return known.state === 'alive' ? { fields: { state: 'suspect' }, kind: 'suspected' } : undefined;
}

/** What is held against a suspect is enough, and a probe of this node's own is part of it. */
export function condemned(known: Member): Verdict | undefined {
  return known.state === 'suspect' && known.strikes > 0 ? { fields: EVICTED, kind: 'evicted' } : undefined;
}

const EVICTED = { state: 'dead', reachable: false } as const;

/** A request was answered: the row of strikes is broken. */
export function answered(known: Member): Verdict | undefined {
  if (known.state === 'suspect') return { fields: { ...CLEARED, reachable: true }, kind: 'cleared' };
  if (known.reachable && known.strikes === 0) return undefined;
  return { fields: { ...NO_STRIKES, reachable: true } };
}

/** Another member asked for this node, and was answered: it lives, though it may not be reachable from here. */
export function vouched(known: Member): Verdict | undefined {
  if (known.state === 'suspect') return { fields: CLEARED, kind: 'cleared' };
  return known.strikes > 0 ? { fields: NO_STRIKES } : undefined;
}

/** A suspect against which only the word of others stands has spoken here itself. */
export function spokeUp(known: Member): Verdict | undefined {
  return known.state === 'suspect' && known.strikes === 0 ? { fields: CLEARED, kind: 'cleared' } : undefined;
}

/** Another node is where the member was: it has gone for good. */
export function replaced(): Verdict {
  return { fields: { ...GONE, state: 'left', saidGoodbye: false }, kind: 'left' };
}

/**
 * The member said goodbye in `incarnation`. Where that is later than the one that is known, a refutation is still on its
 * way: it was said before, and must not bring the member back.
 */
export function departed({ extension }: Member, incarnation: number): Verdict {
  const isLater = extension !== undefined && incarnation > extension.incarnation;
  const said = isLater ? { extension: { ...extension, incarnation } } : {};
  return { fields: { ...GONE, ...said, state: 'left', saidGoodbye: true }, kind: 'left' };
}

/** An operator removed the member. */
export function removed(): Verdict {
  return { fields: { ...GONE, state: 'removed' }, kind: 'removed' };
}

const GONE = { reachable: false, introduced: false, proven: false } as const;

/** A member that has spoken and answers is there; a dead one must have done both since it died. */
export function proof(known: Member): Verdict | undefined {
  if (!known.introduced || !known.reachable) return undefined;
  if (known.state === 'dead' && known.heardMs >= known.sinceMs) {
    return { fields: { ...CLEARED, proven: true }, kind: 'returned' };
  }
  return known.proven ? undefined : { fields: { proven: true } };
}

type Details = Pick<Member, 'address' | 'gossipPort' | 'enclave' | 'extension' | 'speaksExtension'>;

/**
 * What `info` says about a member; the address object stays the same where the address does. Where an older node has
 * taken the place of one of ours, the incarnation stays, as a bound on what may come after. Not for hearsay that is no
 * news: an older node leaves out the extension of whoever it speaks of.
 */
function detailsOf(info: NodeInfo, known: Member): Details {
  return {
    address: hasMoved(info, known) ? addressOf(info) : known.address,
    gossipPort: info.port,
    enclave: info.enclave,
    extension: info.extension ?? known.extension,
    speaksExtension: info.extension !== undefined,
  };
}

function hasMoved(info: NodeInfo, known: Member): boolean {
  return !sameHostPort(addressOf(info), known.address);
}
