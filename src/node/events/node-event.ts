import type { RecoveryOutcome } from '../../omega/isolation-recovery.js';

/** A node as an event shows it: what `/v1/topology` says, and how it stands. */
export interface EventMember {
  readonly id: string;
  readonly address: string;
  readonly http_port: number;
  readonly enclave: string;
  /** Absent for nodes of other implementations. */
  readonly incarnation?: number | undefined;
  /** `alive`, `suspect`, `dead`, `left` or `removed`, after the event. */
  readonly state: string;
}

/** The node that this one is attached to. */
export interface EventParent {
  readonly id: string;
  readonly address: string;
  readonly http_port: number;
}

/** What an event tells, by what it is about. */
interface Details {
  readonly member: { readonly member: EventMember; readonly cause?: string | undefined };
  readonly recovery: { readonly outcome: RecoveryOutcome };
  readonly child: { readonly child: { readonly id: string; readonly enclave: string }; readonly cause: string };
  readonly parent: {
    readonly parent: EventParent;
    readonly cause: string;
    /** How long this node had none, in milliseconds; where it has one again. */
    readonly duration_ms?: number | undefined;
  };
  readonly node: object;
}

/**
 * Every kind of event and what it is about. A new kind is a line here; filters, help and the client follow.
 * - `joined`, `returned`: a member is there for the first time or after leaving; after having been evicted.
 * - `suspect`, `cleared`, `evicted`: it fails probes; it does so no more; it is given up as dead.
 * - `left`, `removed`: it went in order; an operator had it removed.
 * - `moved`: it has another address.
 * - `attached`, `detached`: this node, which cannot be dialled, has a parent, or has lost it.
 * - `child-attached`, `child-detached`: such a node has come to this one, or has gone from it.
 * - `recovery-started`, `recovery-ended`: this node is alone and asks its seeds; it has stopped asking.
 */
export const NODE_EVENTS = {
  joined: 'member',
  returned: 'member',
  suspect: 'member',
  cleared: 'member',
  evicted: 'member',
  left: 'member',
  removed: 'member',
  moved: 'member',
  attached: 'parent',
  detached: 'parent',
  'child-attached': 'child',
  'child-detached': 'child',
  'recovery-started': 'node',
  'recovery-ended': 'recovery',
} as const;

export type NodeEventKind = keyof typeof NODE_EVENTS;

export const NODE_EVENT_KINDS: readonly NodeEventKind[] = Object.keys(NODE_EVENTS) as NodeEventKind[];

type DetailsOf<Kind extends NodeEventKind> = Details[(typeof NODE_EVENTS)[Kind]];

/** An event that has no number and no time yet. */
export type NodeEventDraft = { [Kind in NodeEventKind]: { readonly kind: Kind } & DetailsOf<Kind> }[NodeEventKind];

/** Something that happened, as this node saw it. In JSON, and on the wire, it has the same fields. */
export type NodeEvent = {
  /** Rises by one with each event, and goes on rising when the node is started again. */
  readonly id: number;
  /** ISO 8601, by the clock of this node. */
  readonly at: string;
} & NodeEventDraft;

/** The beginning of a stream: who lives at this moment. What the stream replays from before is in it already. */
export interface HelloEvent {
  /** The stream goes on with the event after this one. */
  readonly id: number;
  readonly at: string;
  readonly kind: 'hello';
  readonly node_id: string;
  readonly members: readonly EventMember[];
}

/** Events after `after` are no longer kept, or were never seen by this process: the stream goes on after `id`. */
export interface GapEvent {
  readonly id: number;
  readonly at: string;
  readonly kind: 'gap';
  readonly after: number;
}

/** What comes over `GET /v1/events`. */
export type StreamEvent = HelloEvent | GapEvent | NodeEvent;

export function isNodeEventKind(text: string): text is NodeEventKind {
  return Object.hasOwn(NODE_EVENTS, text);
}
