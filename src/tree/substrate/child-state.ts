import { MORE_ROOM_ELSEWHERE } from '../frame.js';
import { CLOSE, type CloseCode } from '../ports/link.js';

/**
 * Where the socket of a child stands.
 *
 * - `waiting`: for its hello.
 * - `contesting`: its id is a live child's, which has a while to answer a ping.
 * - `attached`: it was welcomed.
 * - `leaving`: goodbye was said, and the child has time to move.
 * - `closed`: nothing is heard any more, though the socket may take a while to end.
 */
export const CHILD_STATES = ['waiting', 'contesting', 'attached', 'leaving', 'closed'] as const;
export type ChildState = (typeof CHILD_STATES)[number];

/**
 * What a well-formed first hello comes to.
 *
 * - `admitted`: nothing stands against it.
 * - `contested`: the id is a live child's.
 * - `id-taken`: the id is this node's own, or a live member's.
 * - `at-capacity`, `draining`: no children are taken, by now or at all.
 * - `elsewhere`: another member has much more room.
 * - `outdated`: it was said too long ago to be believed.
 */
export type Verdict = 'admitted' | 'contested' | 'id-taken' | 'at-capacity' | 'elsewhere' | 'draining' | 'outdated';

/**
 * What happens to a socket, besides its hello.
 *
 * - `hello-again`: a second hello.
 * - `work`: a write or a question. `talk`: any other frame, of an unknown type included.
 * - `unreadable`: malformed, or wrongly signed.
 * - `no-hello`: the time for it is over.
 * - `rival-alive`, `rival-gone`: the other socket of the contested id answered, or is silent or closed.
 * - `ousted`: this socket is the one that was silent.
 * - `goodbye`: the child goes.
 * - `silent`: no byte has come in for too long.
 * - `overfull`: more is queued for it than may be. `flooded`: more frames came than may.
 * - `drain`, `drain-over`: the node takes leave; the time for that is over.
 * - `ended`: there is no socket any more.
 */
export type ChildEvent =
  | Verdict
  | 'hello-again'
  | 'work'
  | 'talk'
  | 'unreadable'
  | 'no-hello'
  | 'rival-alive'
  | 'rival-gone'
  | 'ousted'
  | 'goodbye'
  | 'silent'
  | 'overfull'
  | 'flooded'
  | 'drain'
  | 'drain-over'
  | 'ended';

export type GoodbyeReason =
  | 'id taken'
  | 'at capacity'
  | typeof MORE_ROOM_ELSEWHERE
  | 'shutdown'
  | 'too slow'
  | 'too many frames';

/**
 * What is done about it, in order.
 *
 * - `refuse`: goodbye, and the end; children of other implementations are given a moment in between.
 * - `handle`: the frame at hand is acted upon.
 */
export type ChildAction =
  | { readonly kind: 'welcome' | 'contest' | 'handle' | 'terminate' }
  | { readonly kind: 'goodbye'; readonly reason: GoodbyeReason }
  | { readonly kind: 'close'; readonly code: CloseCode }
  | { readonly kind: 'refuse'; readonly reason: GoodbyeReason; readonly code: CloseCode };

export interface ChildTransition {
  readonly to: ChildState;
  readonly actions: readonly ChildAction[];
}

type Row = Readonly<Record<ChildEvent, ChildTransition>>;

const TERMINATED: ChildTransition = { to: 'closed', actions: [{ kind: 'terminate' }] };
const ENDED: ChildTransition = { to: 'closed', actions: [] };
const VIOLATION = closed(CLOSE.policy);
const ID_TAKEN = refused('id taken', CLOSE.policy);

const WAITING: Row = {
  ...everything(stay('waiting')),
  admitted: { to: 'attached', actions: [{ kind: 'welcome' }] },
  contested: { to: 'contesting', actions: [{ kind: 'contest' }] },
  'id-taken': ID_TAKEN,
  'at-capacity': refused('at capacity', CLOSE.normal),
  elsewhere: refused(MORE_ROOM_ELSEWHERE, CLOSE.normal),
  draining: refused('shutdown', CLOSE.normal),
  outdated: VIOLATION,
  work: VIOLATION,
  talk: VIOLATION,
  unreadable: VIOLATION,
  'no-hello': VIOLATION,
  goodbye: closed(CLOSE.normal),
  flooded: VIOLATION,
  drain: closed(CLOSE.goingAway),
  ended: ENDED,
};

const CONTESTING: Row = {
  ...everything(stay('contesting')),
  'hello-again': VIOLATION,
  unreadable: VIOLATION,
  'rival-alive': ID_TAKEN,
  'rival-gone': { to: 'attached', actions: [{ kind: 'welcome' }] },
  goodbye: closed(CLOSE.normal),
  flooded: VIOLATION,
  drain: closed(CLOSE.goingAway),
  ended: ENDED,
};

const ATTACHED: Row = {
  ...everything(stay('attached')),
  'hello-again': VIOLATION,
  work: { to: 'attached', actions: [{ kind: 'handle' }] },
  talk: { to: 'attached', actions: [{ kind: 'handle' }] },
  unreadable: VIOLATION,
  ousted: TERMINATED,
  goodbye: closed(CLOSE.normal),
  silent: TERMINATED,
  overfull: farewell('too slow', CLOSE.tryAgainLater),
  flooded: farewell('too many frames', CLOSE.policy),
  drain: { to: 'leaving', actions: [{ kind: 'goodbye', reason: 'shutdown' }] },
  ended: ENDED,
};

const LEAVING: Row = {
  ...everything(stay('leaving')),
  // What was under way when goodbye was said arrives.
  work: { to: 'leaving', actions: [{ kind: 'handle' }] },
  unreadable: VIOLATION,
  ousted: TERMINATED,
  goodbye: closed(CLOSE.normal),
  silent: TERMINATED,
  overfull: TERMINATED,
  flooded: VIOLATION,
  'drain-over': closed(CLOSE.goingAway),
  ended: ENDED,
};

const TABLE: Readonly<Record<ChildState, Row>> = {
  waiting: WAITING,
  contesting: CONTESTING,
  attached: ATTACHED,
  leaving: LEAVING,
  closed: everything(stay('closed')),
};

/** Every event there is. */
export const CHILD_EVENTS: readonly ChildEvent[] = Object.keys(WAITING) as ChildEvent[];

/** The table of `docs/tree.md`, "The socket of a child, at the substrate". Where nothing is said, nothing happens. */
export function childTransition(state: ChildState, event: ChildEvent): ChildTransition {
  return TABLE[state][event];
}

function stay(state: ChildState): ChildTransition {
  return { to: state, actions: [] };
}

function closed(code: CloseCode): ChildTransition {
  return { to: 'closed', actions: [{ kind: 'close', code }] };
}

function refused(reason: GoodbyeReason, code: CloseCode): ChildTransition {
  return { to: 'closed', actions: [{ kind: 'refuse', reason, code }] };
}

function farewell(reason: GoodbyeReason, code: CloseCode): ChildTransition {
  return {
    to: 'closed',
    actions: [
      { kind: 'goodbye', reason },
      { kind: 'close', code },
    ],
  };
}

function everything(transition: ChildTransition): Row {
  return {
    admitted: transition,
    contested: transition,
    'id-taken': transition,
    'at-capacity': transition,
    elsewhere: transition,
    draining: transition,
    outdated: transition,
    'hello-again': transition,
    work: transition,
    talk: transition,
    unreadable: transition,
    'no-hello': transition,
    'rival-alive': transition,
    'rival-gone': transition,
    ousted: transition,
    goodbye: transition,
    silent: transition,
    overfull: transition,
    flooded: transition,
    drain: transition,
    'drain-over': transition,
    ended: transition,
  };
}
