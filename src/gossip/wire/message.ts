import type { News } from './news.js';
import type { ViewDigest } from './view-digest.js';

/**
 * Gossip messages, wire v1, as core code sees them: decoded, validated and independent of the wire they came by.
 * What nodes of this implementation add for each other travels under one key, `x`, which older nodes ignore.
 */

/** What a node says about itself, or about another. */
export interface NodeInfo {
  readonly id: string;
  /** Host name or IP address, IPv6 without brackets. */
  readonly address: string;
  /** The gossip port: carried for older nodes, never dialled. 0 where unknown. */
  readonly port: number;
  readonly httpPort: number;
  readonly enclave: string;
  /** Absent where the information comes from, or came through, a node that does not know the extension. */
  readonly extension?: NodeExtension;
}

/** The part of a node's description that only nodes of this implementation understand (`node_info.x`). */
export interface NodeExtension {
  /** Rises only by its owner; starts at wall-clock milliseconds, so that a restart beats the former self. */
  readonly incarnation: number;
  /** Random per process start. */
  readonly instance: string;
}

interface MessageBase {
  /** Id of the sending node, or of the node a write entered the cluster by. */
  readonly from: string;
  /** Whole Unix seconds; 0 where absent. */
  readonly timestampS: number;
  /** Opaque; the identity of a write. May be empty in messages other than PUT and ACK. */
  readonly messageId: string;
}

/** A write. `data` belongs to the message: it shares memory with nothing else. */
export interface PutMessage extends MessageBase {
  readonly type: 'PUT';
  readonly key: string;
  readonly data: Uint8Array;
  /** Seconds, as sent: not clamped yet. 0 where absent. */
  readonly ttlSeconds: number;
  /** Where the value belongs (`x.enclave`); absent where the write comes from, or came through, an older node. */
  readonly enclave?: string;
  /** The sender takes the ACK in the answer to its request (`x.reply`); absent = by a request of its own, as of old. */
  readonly wantsReply?: true;
}

/** "I hold the write `messageId`." */
export interface AckMessage extends MessageBase {
  readonly type: 'ACK';
  readonly to: string;
  readonly key: string;
}

/** "Are you there?" `nodeInfo`, which older nodes leave out, lets a stranger introduce itself by asking. */
export interface PingMessage extends MessageBase {
  readonly type: 'PING';
  readonly to: string;
  readonly nodeInfo?: NodeInfo;
  /**
   * The sender takes the PONG in the answer to its request (`x.reply`); absent = by a request of its own, as of old.
   */
  readonly wantsReply?: true;
  /** The receiver is suspected by the sender, in this incarnation (`x.accused`): a later one refutes. */
  readonly accused?: number;
  /** How many more nodes may attach to the sender (`x.room`). */
  readonly room?: number;
  readonly news?: readonly News[];
}

/** "I am here." `nodeInfo` is the answerer's own. */
export interface PongMessage extends MessageBase {
  readonly type: 'PONG';
  readonly to: string;
  readonly nodeInfo?: NodeInfo;
  /** What the answerer knows of the asker, where that is later than what the asker says of itself (`x.known`). */
  readonly known?: NodeExtension;
  /** How many more nodes may attach to the answerer (`x.room`). */
  readonly room?: number;
  readonly news?: readonly News[];
}

/** Topology: `from === nodeInfo.id` means "this is me", anything else is hearsay. */
export interface SyncMessage extends MessageBase {
  readonly type: 'SYNC';
  readonly nodeInfo: NodeInfo;
  /**
   * The sender takes whom the receiver knows in the answer to its request (`x.reply`); absent = by requests of their
   * own, as of old.
   */
  readonly wantsReply?: true;
  /** What the sender knows, in short (`x.digest`): who is the same to the receiver is left out of the answer. */
  readonly digest?: ViewDigest;
  readonly news?: readonly News[];
}

/** "I am leaving for good", said on shutdown, only to nodes that know the extension. */
export interface LeaveMessage extends MessageBase {
  readonly type: 'LEAVE';
  readonly incarnation: number;
}

/** News that does not wait for another message to go along with. Only to nodes that know the extension. */
export interface NewsMessage extends MessageBase {
  readonly type: 'NEWS';
  readonly news: readonly News[];
}

/** "Ask this member for me whether it is there." Only to nodes that know the extension. */
export interface PingReqMessage extends MessageBase {
  readonly type: 'PINGREQ';
  /** Id of the target, not of the node that is asked to help. */
  readonly to: string;
  /** How long the target has for its answer. */
  readonly timeoutMs: number;
  readonly news?: readonly News[];
}

/**
 * What became of an indirect probe, under the message id of the PINGREQ. By a request of its own: an answer that takes its
 * time would hold up the probes of the helper, which travel on the same connections.
 */
export interface PingAckMessage extends MessageBase {
  readonly type: 'PINGACK';
  readonly to: string;
  /** Whether the target answered. `false` still says that the helper is there (Lifeguard's nack). */
  readonly acked: boolean;
}

/** A type this node does not know, or one that is reserved (GET): answered politely and ignored. */
export interface UnknownMessage {
  readonly type: 'UNKNOWN';
}

/** Every message that can be sent. */
export type Message =
  | PutMessage
  | AckMessage
  | PingMessage
  | PongMessage
  | SyncMessage
  | LeaveMessage
  | NewsMessage
  | PingReqMessage
  | PingAckMessage;

/** What may come in the answer to a message. */
export type ReplyMessage = AckMessage | PongMessage;

/** Everything the decoder can yield. */
export type DecodedMessage = Message | UnknownMessage;

/** The enclave a node is in when it names none. */
export const DEFAULT_ENCLAVE = 'default';
