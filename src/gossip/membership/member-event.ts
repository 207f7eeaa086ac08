import type { Member } from './member.js';

/**
 * - `joined`: a node became known, or came back after leaving.
 * - `returned`: a dead member showed that it lives: it spoke and answered, or a later incarnation of it is about.
 * - `restarted`: a later incarnation of a live member is about.
 * - `moved`: a member's address changed; `previous` tells from where.
 * - `suspected`: a first strike fell, or another member says that it does not answer.
 * - `cleared`, `refuted`: it answered; it has taken a later incarnation to say that it lives.
 * - `evicted`: it is held for dead.
 * - `left`: it said so, or its address is another node's now.
 * - `removed`: an operator removed it.
 * - `spoke`, `mentioned`: not a change yet: a dead member spoke, or somebody spoke of it as if it lived.
 */
export type MemberEventKind =
  | 'joined'
  | 'returned'
  | 'restarted'
  | 'moved'
  | 'suspected'
  | 'cleared'
  | 'refuted'
  | 'evicted'
  | 'left'
  | 'removed'
  | 'spoke'
  | 'mentioned';

/** A change in the member table; `member` is the state after it. */
export interface MemberEvent {
  readonly kind: MemberEventKind;
  readonly member: Member;
  readonly previous?: Member;
}

/** Called synchronously after each change, in order of subscription. */
export type MemberListener = (event: MemberEvent) => void;
