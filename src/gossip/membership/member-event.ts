import type { Member } from './member.js';

/**
 * - `joined`: a node became known, or came back after leaving.
 * - `returned`: a dead member showed that it lives: it spoke and answered, or a later incarnation of it is about.
 * - `restarted`: a later incarnation of a live member is about.
 * - `moved`: a member's address changed; `previous` tells from where.
 * - `suspected`, `cleared`: the first strike fell; the strikes were wiped out.
 * - `evicted`: dead after three strikes in a row.
 * - `left`: it said so, or its address is another node's now.
 * - `spoke`, `mentioned`: not a change yet: a dead member spoke, or somebody spoke of it as if it lived.
 */
export type MemberEventKind =
  | 'joined'
  | 'returned'
  | 'restarted'
  | 'moved'
  | 'suspected'
  | 'cleared'
  | 'evicted'
  | 'left'
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
