import type {
  AckMessage,
  NodeInfo,
  PingMessage,
  PongMessage,
  PutMessage,
  SyncMessage,
} from '../gossip/wire/message.js';

/** Most alternatives in a goodbye (the field's bound), and most members in a view. */
export const MAX_ALTERNATIVES = 5;
export const MAX_VIEW_MEMBERS = 64;

/** The reason of a goodbye to a hello that is better said to the one alternative it names. */
export const MORE_ROOM_ELSEWHERE = 'more room elsewhere';

/** Longest reason of a goodbye, in UTF-16 units. */
export const MAX_REASON_CHARACTERS = 128;

/** Most members read from a welcome. */
export const MAX_WELCOME_MEMBERS = 10_000;

/** What only nodes of this implementation say in hello and welcome (`x`). */
export interface FrameExtension {
  readonly incarnation: number;
  /** Random per process start. */
  readonly instance: string;
  /** The sender's wall clock, in milliseconds. */
  readonly sentMs: number;
  /** In a hello: the child was sent on by a parent that had less room than others, and is not to be sent on again. */
  readonly isRedirected?: true;
}

/** A node that can be attached to. */
export interface Candidate {
  readonly id: string;
  /** Host name or IP address, IPv6 without brackets. */
  readonly address: string;
  readonly httpPort: number;
  readonly enclave: string;
  /** How many more children it takes, as far as is known. */
  readonly room?: number;
}

/** A member as one that can be attached to. */
export function candidateOf({ id, address, httpPort, enclave }: NodeInfo, room?: number): Candidate {
  return { id, address, httpPort, enclave, ...(room !== undefined && { room }) };
}

export interface HelloFrame {
  readonly type: 'hello';
  readonly nodeId: string;
  readonly enclave: string;
  /** Empty where the node names none that can be a host. */
  readonly address: string;
  /** 0 where absent. */
  readonly httpPort: number;
  /** Whether the node says that it can be dialled all the same. */
  readonly inbound: boolean;
  readonly extension?: FrameExtension;
}

export interface WelcomeFrame {
  readonly type: 'welcome';
  readonly parentId: string;
  /** The parent and the members it knows. On the wire each is a SYNC of the parent without a message id. */
  readonly topology: readonly NodeInfo[];
  readonly depth: number;
  readonly extension?: FrameExtension;
}

export interface GoodbyeFrame {
  readonly type: 'goodbye';
  /** Text for people, at most 128 characters. */
  readonly reason: string;
  readonly alternatives: readonly Candidate[];
}

export interface PutFrame {
  readonly type: 'put';
  readonly message: PutMessage;
}

export interface AckFrame {
  readonly type: 'ack';
  readonly message: AckMessage;
}

export interface PingFrame {
  readonly type: 'ping';
  readonly message: PingMessage;
}

export interface PongFrame {
  readonly type: 'pong';
  readonly message: PongMessage;
}

export interface TopologySyncFrame {
  readonly type: 'topology_sync';
  readonly message: SyncMessage;
}

/** How the cluster looks from the parent. */
export interface ViewFrame {
  readonly type: 'view';
  /** Substrates of the child's enclave that a quorum is taken over. */
  readonly basis: number;
  /** The parent among them. At most `MAX_VIEW_MEMBERS`, those of the child's enclave first. */
  readonly members: readonly Candidate[];
}

export const ASK_KINDS = ['replica', 'read'] as const;
export type AskKind = (typeof ASK_KINDS)[number];

export interface AskFrame {
  readonly type: 'ask';
  readonly id: number;
  readonly kind: AskKind;
  /** A question as on `POST /v1/replica`, in CBOR. */
  readonly body: Uint8Array;
}

export const ANSWER_STATUSES = ['ok', 'unreached', 'overloaded', 'refused'] as const;
export type AnswerStatus = (typeof ANSWER_STATUSES)[number];

export interface AnswerFrame {
  readonly type: 'answer';
  readonly id: number;
  readonly status: AnswerStatus;
  /** An answer as on `POST /v1/replica`, in CBOR; empty unless the status is `ok`. */
  readonly body: Uint8Array;
}

/** A type this node does not know: ignored. */
export interface UnknownFrame {
  readonly type: 'unknown';
}

/** Every frame that can be sent. */
export type Frame =
  | HelloFrame
  | WelcomeFrame
  | GoodbyeFrame
  | PutFrame
  | AckFrame
  | PingFrame
  | PongFrame
  | TopologySyncFrame
  | ViewFrame
  | AskFrame
  | AnswerFrame;

export type FrameType = Frame['type'];

/** Everything a codec can yield. */
export type DecodedFrame = Frame | UnknownFrame;
