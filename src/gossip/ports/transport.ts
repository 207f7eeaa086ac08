import type { HostPort } from '../address.js';
import type { ReplicaAnswer, ReplicaOp, ReplicaRequest } from '../replica/request.js';
import type { BootstrapAnswer, BootstrapRequest } from '../wire/bootstrap.js';
import type { Message, NodeInfo } from '../wire/message.js';
import type { News } from '../wire/news.js';

/**
 * How a send ended.
 *
 * - `ok`: the peer took the message. Where the message asked for a reply and the peer complied, `reply` is what it
 *   answered to a write or a probe, and `nodes` whom it listed in answer to a SYNC, itself first, with the `news` that
 *   came along. Where it listed nobody, it knows what this node knows.
 * - `busy`: the peer asked to slow down (429, 503). It is alive; try again later.
 * - `rejected`: the peer is alive and will not take this message (any other status).
 * - `stale`: this node's clock and the peer's differ by more than either accepts. The peer is alive.
 * - `misdirected`: another node answers at this address (421).
 * - `refused`: nobody listens there, or the address may not be dialled.
 * - `reset`: the connection broke before an answer.
 * - `timeout`: no answer in time.
 * - `aborted`: the caller gave up, or this node is shutting down.
 * - `overflow`: too much is queued for this peer already; nothing was sent.
 */
export type SendOutcome =
  | {
      readonly kind: 'ok';
      readonly reply?: Message;
      readonly nodes?: readonly NodeInfo[];
      readonly news?: readonly News[];
    }
  | { readonly kind: 'refused' | 'reset' | 'timeout' | 'aborted' | 'overflow' | 'misdirected' | 'stale' }
  | { readonly kind: 'busy'; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'rejected'; readonly status: number };

/**
 * How a question on the replica channel ended: see `SendOutcome`. `unreadable`: what came is no answer to it, or is not
 * to be trusted.
 */
export type ReplicaOutcome<Op extends ReplicaOp = ReplicaOp> =
  | { readonly kind: 'ok'; readonly answer: ReplicaAnswer<Op> }
  | { readonly kind: 'unreadable' }
  | Exclude<SendOutcome, { readonly kind: 'ok' }>;

/**
 * How a request to join ended. `self`: the seed is this very node (421). `id-taken`: it bears the id of this node
 * without being it (409).
 */
export type BootstrapOutcome =
  | { readonly kind: 'joined'; readonly answer: BootstrapAnswer }
  | { readonly kind: 'self' }
  | { readonly kind: 'id-taken' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Carries messages to peers. Sends never throw and never reject. */
export interface Transport {
  /** Delivers one message, giving up after `timeoutMs`. */
  send(to: HostPort, message: Message, timeoutMs: number): Promise<SendOutcome>;
  /** Asks one question on the replica channel, giving up after `timeoutMs`. */
  ask<Op extends ReplicaOp>(to: HostPort, request: ReplicaRequest<Op>, timeoutMs: number): Promise<ReplicaOutcome<Op>>;
  /** Asks the node at `seed` to let us join. */
  bootstrap(seed: HostPort, request: BootstrapRequest, timeoutMs: number): Promise<BootstrapOutcome>;
  /** Ends the connections to an address that is no member's any more. */
  forget(address: HostPort): void;
  /** Set by gossip: called when an established connection to a peer is lost. */
  onConnectionLost: ((address: HostPort) => void) | undefined;
}
