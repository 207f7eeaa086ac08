/** Where a transient stands. */
export type TransientState = 'detached' | 'dialling' | 'greeting' | 'attached' | 'moving' | 'stopped';

/** As `TransientState`; `moving` is told apart by how far the search is that goes on beside the old socket. */
export type Phase = Exclude<TransientState, 'moving'> | 'moving: pausing' | 'moving: dialling' | 'moving: greeting';

/**
 * What may follow each event. The names of the events:
 *
 * - `due`: started, or the pause is over.
 * - `opened`: a candidate opened.
 * - `next`: a candidate failed, or takes long; another may be dialled besides.
 * - `exhausted`: the round has no candidate left.
 * - `welcomed`, `turnedAway`, `failed`, `mirrored`: the candidate that was greeted took this node in; said goodbye; closed,
 *   stayed silent or cannot be read; is this node itself.
 * - `farewell`, `lost`: the parent said goodbye; its socket ended, or is as good as that.
 * - `homeKnown`: the parent is of another enclave, and a candidate of the own one is known.
 * - `stop`.
 */
export interface Acts {
  readonly due: 'seek';
  readonly opened: 'greet' | 'reserve' | 'discard';
  readonly next: 'dial';
  readonly exhausted: 'pause';
  readonly welcomed: 'attach' | 'discard';
  readonly turnedAway: 'heed';
  readonly failed: 'proceed';
  readonly mirrored: 'shun';
  readonly farewell: 'move' | 'hurry' | 'widen';
  readonly lost: 'recover' | 'carryOn';
  readonly homeKnown: 'goHome';
  readonly stop: 'leave';
}

export type EventKind = keyof Acts;

/** What is done about an event, and where that leads. */
export interface Step<Kind extends EventKind = EventKind> {
  readonly act: Acts[Kind] | 'ignore';
  readonly to: Phase;
}

const NONE = 'ignored';

/** What happens in each phase. */
type Row<Kind extends EventKind> = { readonly [P in Phase]: readonly [Acts[Kind], Phase] | typeof NONE };

/** Every event in every phase: the compiler wants all of them. */
const TABLE: { readonly [Kind in EventKind]: Row<Kind> } = {
  due: {
    detached: ['seek', 'dialling'],
    dialling: NONE,
    greeting: NONE,
    attached: NONE,
    'moving: pausing': ['seek', 'moving: dialling'],
    'moving: dialling': NONE,
    'moving: greeting': NONE,
    stopped: NONE,
  },
  opened: {
    detached: ['discard', 'detached'],
    dialling: ['greet', 'greeting'],
    greeting: ['reserve', 'greeting'],
    attached: ['discard', 'attached'],
    'moving: pausing': ['discard', 'moving: pausing'],
    'moving: dialling': ['greet', 'moving: greeting'],
    'moving: greeting': ['reserve', 'moving: greeting'],
    stopped: ['discard', 'stopped'],
  },
  next: {
    detached: NONE,
    dialling: ['dial', 'dialling'],
    greeting: NONE,
    attached: NONE,
    'moving: pausing': NONE,
    'moving: dialling': ['dial', 'moving: dialling'],
    'moving: greeting': NONE,
    stopped: NONE,
  },
  exhausted: {
    detached: NONE,
    dialling: ['pause', 'detached'],
    greeting: NONE,
    attached: NONE,
    'moving: pausing': NONE,
    'moving: dialling': ['pause', 'moving: pausing'],
    'moving: greeting': NONE,
    stopped: NONE,
  },
  welcomed: {
    detached: ['discard', 'detached'],
    dialling: ['discard', 'dialling'],
    greeting: ['attach', 'attached'],
    attached: ['discard', 'attached'],
    'moving: pausing': ['discard', 'moving: pausing'],
    'moving: dialling': ['discard', 'moving: dialling'],
    'moving: greeting': ['attach', 'attached'],
    stopped: ['discard', 'stopped'],
  },
  turnedAway: {
    detached: NONE,
    dialling: NONE,
    greeting: ['heed', 'dialling'],
    attached: NONE,
    'moving: pausing': NONE,
    'moving: dialling': NONE,
    'moving: greeting': ['heed', 'moving: dialling'],
    stopped: NONE,
  },
  failed: {
    detached: NONE,
    dialling: NONE,
    greeting: ['proceed', 'dialling'],
    attached: NONE,
    'moving: pausing': NONE,
    'moving: dialling': NONE,
    'moving: greeting': ['proceed', 'moving: dialling'],
    stopped: NONE,
  },
  mirrored: {
    detached: NONE,
    dialling: NONE,
    greeting: ['shun', 'dialling'],
    attached: NONE,
    'moving: pausing': NONE,
    'moving: dialling': NONE,
    'moving: greeting': ['shun', 'moving: dialling'],
    stopped: NONE,
  },
  farewell: {
    detached: NONE,
    dialling: NONE,
    greeting: NONE,
    attached: ['move', 'moving: dialling'],
    'moving: pausing': ['hurry', 'moving: dialling'],
    'moving: dialling': ['widen', 'moving: dialling'],
    'moving: greeting': ['widen', 'moving: greeting'],
    stopped: NONE,
  },
  lost: {
    detached: NONE,
    dialling: NONE,
    greeting: NONE,
    attached: ['recover', 'dialling'],
    'moving: pausing': ['recover', 'dialling'],
    'moving: dialling': ['carryOn', 'dialling'],
    'moving: greeting': ['carryOn', 'greeting'],
    stopped: NONE,
  },
  homeKnown: {
    detached: NONE,
    dialling: NONE,
    greeting: NONE,
    attached: ['goHome', 'moving: dialling'],
    'moving: pausing': NONE,
    'moving: dialling': NONE,
    'moving: greeting': NONE,
    stopped: NONE,
  },
  stop: {
    detached: ['leave', 'stopped'],
    dialling: ['leave', 'stopped'],
    greeting: ['leave', 'stopped'],
    attached: ['leave', 'stopped'],
    'moving: pausing': ['leave', 'stopped'],
    'moving: dialling': ['leave', 'stopped'],
    'moving: greeting': ['leave', 'stopped'],
    stopped: NONE,
  },
};

export const EVENT_KINDS: readonly EventKind[] = Object.keys(TABLE) as EventKind[];
export const PHASES: readonly Phase[] = Object.keys(TABLE.stop) as Phase[];

/** What is to be done about an event in a phase. */
export function stepOf<Kind extends EventKind>(phase: Phase, kind: Kind): Step<Kind> {
  const cell: Row<Kind>[Phase] = TABLE[kind][phase];
  return cell === NONE ? { act: 'ignore', to: phase } : { act: cell[0], to: cell[1] };
}

/** The phase as others see it. */
export function stateOf(phase: Phase): TransientState {
  return phase === 'moving: pausing' || phase === 'moving: dialling' || phase === 'moving: greeting' ? 'moving' : phase;
}
