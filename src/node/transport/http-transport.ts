import { LRUCache } from 'lru-cache';
import { formatHostPort, type HostPort } from '../../gossip/address.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { BootstrapOutcome, ReplicaOutcome, SendOutcome, Transport } from '../../gossip/ports/transport.js';
import type { ReplicaOp, ReplicaRequest } from '../../gossip/replica/request.js';
import { decodeAnswer, decodeNodesAnswer, MAX_ANSWER_BYTES } from '../../gossip/wire/answer.js';
import type { BootstrapRequest } from '../../gossip/wire/bootstrap.js';
import { decodeBootstrapAnswer, encodeBootstrapRequest } from '../../gossip/wire/bootstrap-codec.js';
import { encodeMessage } from '../../gossip/wire/encode.js';
import { MAX_BOOTSTRAP_ANSWER_BYTES, MAX_REPLICA_BYTES } from '../../gossip/wire/limits.js';
import type { Message } from '../../gossip/wire/message.js';
import { decodeReplicaAnswer, encodeReplicaRequest } from '../../gossip/wire/replica-codec.js';
import { type AgeBound, TIME_HEADER } from '../wire/age-bound.js';
import type { ClusterKeys } from '../wire/cluster-keys.js';
import { BOOTSTRAP_PATH, MESSAGE_PATH, REPLICA_PATH } from '../wire/paths.js';
import { SIGNATURE_HEADER } from '../wire/signature.js';
import type { DialPeer, PeerAnswer, PeerLink, PeerRequest, PeerResult } from './peer-link.js';
import { outcomeOfStatus } from './send-error.js';

/** Most peers connections are kept to; the least recently used go first. */
export const MAX_CONNECTED_PEERS = 4096;

export interface HttpTransportPorts {
  readonly metrics: Metrics;
  readonly dial: DialPeer;
}

/** What a message asks for in the answer to its request: a message, a list of nodes, or nothing. */
type ReplyKind = 'none' | 'message' | 'nodes';

/** The longest answer that is looked at. */
const MAX_REPLY_BYTES: Readonly<Record<ReplyKind, number>> = {
  none: 0,
  message: MAX_ANSWER_BYTES,
  nodes: MAX_BOOTSTRAP_ANSWER_BYTES,
};

interface SignedBody {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Wire v1: one JSON message a request, over links that are kept, signed where the cluster has a secret. What replicas
 * ask each other travels the same way, as CBOR.
 */
export class HttpTransport implements Transport {
  onConnectionLost: ((address: HostPort) => void) | undefined;
  readonly #keys: ClusterKeys;
  readonly #ageBound: AgeBound;
  readonly #dial: DialPeer;
  readonly #peers: LRUCache<string, PeerLink>;
  /** Links being made, so that first posts at once share one; at most as many as posts under way. */
  readonly #dialling = new Map<string, Promise<PeerLink>>();
  readonly #skippedPeers: Counter;
  readonly #skippedNodes: Counter;
  /** A message goes to many: it is encoded and signed once, and the bytes live as long as the message. */
  readonly #encoded = new WeakMap<Message, SignedBody>();
  #closed = false;

  constructor(ports: HttpTransportPorts, parts: { readonly keys: ClusterKeys; readonly ageBound: AgeBound }) {
    const { metrics, dial } = ports;
    this.#keys = parts.keys;
    this.#ageBound = parts.ageBound;
    this.#dial = dial;
    const displaced = metrics.counter(
      'repram_peers_disconnected_total',
      'Peers whose connections were closed to make room for those of others.',
    );
    this.#peers = new LRUCache({
      max: MAX_CONNECTED_PEERS,
      dispose: (link, _name, reason) => {
        if (reason === 'evict') displaced.inc();
        link.close();
      },
    });
    this.#skippedPeers = metrics.counter(
      'repram_bootstrap_peers_skipped_total',
      'Nodes left out of what seeds answered: malformed, or too many.',
    );
    this.#skippedNodes = metrics.counter(
      'repram_sync_nodes_skipped_total',
      'Nodes left out of what members answered to a SYNC: malformed, or too many.',
    );
    metrics.gauge('repram_peer_connections', 'Peers connections are kept to.', () => this.#peers.size);
  }

  async send(to: HostPort, message: Message, timeoutMs: number): Promise<SendOutcome> {
    const { body, headers } = this.#encode(message);
    const lane = message.type === 'PUT' || message.type === 'ACK' ? 'bulk' : 'control';
    const asked = replyWantedBy(message);
    const keepBytes = MAX_REPLY_BYTES[asked];
    const result = await this.#post(to, { path: MESSAGE_PATH, body, headers, timeoutMs, lane }, keepBytes);
    if ('answer' in result) return this.#outcomeOf(to, result.answer, asked);
    return result.failure;
  }

  /** What a client waits for travels with the writes; what brings replicas up to date keeps out of their way. */
  async ask<Op extends ReplicaOp>(
    to: HostPort,
    request: ReplicaRequest<Op>,
    timeoutMs: number,
  ): Promise<ReplicaOutcome<Op>> {
    const op: Op = request.op;
    const { body, headers } = this.#sign(encodeReplicaRequest(request), 'application/cbor');
    const lane = op === 'read' ? 'bulk' : 'replica';
    const result = await this.#post(to, { path: REPLICA_PATH, body, headers, timeoutMs, lane }, MAX_REPLICA_BYTES);
    const outcome = 'answer' in result ? this.#statusOf(to, result.answer) : result.failure;
    if (outcome.kind !== 'ok') return outcome;
    const answer = 'answer' in result && this.#isGenuine(result.answer) && decodeReplicaAnswer(result.answer.body, op);
    if (!answer) return { kind: 'unreadable' };
    return this.#ageBound.admitsFrom(answer.from, answer.sentMs) ? { kind: 'ok', answer } : { kind: 'stale' };
  }

  async bootstrap(seed: HostPort, request: BootstrapRequest, timeoutMs: number): Promise<BootstrapOutcome> {
    const { body, headers } = this.#sign(encodeBootstrapRequest(request));
    const lane = 'control';
    const result = await this.#post(
      seed,
      { path: BOOTSTRAP_PATH, body, headers, timeoutMs, lane },
      MAX_BOOTSTRAP_ANSWER_BYTES,
    );
    if ('failure' in result) return { kind: 'failed', reason: result.failure.kind };
    const { status } = result.answer;
    if (status === 409) return { kind: 'id-taken' };
    if (status === 421) return { kind: 'self' };
    if (status !== 200) return { kind: 'failed', reason: `status ${status}` };
    const decoded = decodeBootstrapAnswer(result.answer.body);
    if (!decoded.ok) return { kind: 'failed', reason: decoded.error };
    this.#skippedPeers.inc(decoded.skipped);
    return { kind: 'joined', answer: decoded.answer };
  }

  forget(address: HostPort): void {
    this.#peers.delete(formatHostPort(address));
  }

  /** Ends every connection; what is under way ends as `aborted`. */
  close(): void {
    this.#closed = true;
    this.#peers.clear();
  }

  #post(to: HostPort, request: PeerRequest, keepBytes?: number): Promise<PeerResult> {
    const name = formatHostPort(to);
    const link = this.#peers.get(name);
    return link === undefined ? this.#postFirst(name, to, request, keepBytes) : link.post(request, keepBytes);
  }

  async #postFirst(name: string, to: HostPort, request: PeerRequest, keepBytes?: number): Promise<PeerResult> {
    if (this.#closed) return { failure: { kind: 'aborted' } };
    let dialling = this.#dialling.get(name);
    if (dialling === undefined) {
      dialling = this.#link(name, to);
      this.#dialling.set(name, dialling);
    }
    const link = await dialling;
    return link.post(request, keepBytes);
  }

  /** Makes the link to a peer and keeps it; one that comes after the transport was closed comes closed. */
  async #link(name: string, to: HostPort): Promise<PeerLink> {
    try {
      const link = await this.#dial(to, () => this.onConnectionLost?.(to));
      if (this.#closed) link.close();
      else this.#peers.set(name, link);
      return link;
    } finally {
      this.#dialling.delete(name);
    }
  }

  /** An answer is believed to bring only what was asked for. */
  #outcomeOf(from: HostPort, answer: PeerAnswer, asked: ReplyKind): SendOutcome {
    const outcome = this.#statusOf(from, answer);
    if (outcome.kind !== 'ok' || asked === 'none' || !this.#isGenuine(answer)) return outcome;
    if (asked === 'message') {
      const reply = decodeAnswer(answer.body);
      if (reply === undefined) return outcome;
      return this.#ageBound.admits(reply) ? { kind: 'ok', reply } : { kind: 'stale' };
    }
    const list = decodeNodesAnswer(answer.body);
    if (list === undefined) return outcome;
    if (!this.#ageBound.admitsFrom(list.nodes[0]?.id ?? '', list.sentMs ?? 0)) return { kind: 'stale' };
    this.#skippedNodes.inc(list.skipped);
    return { kind: 'ok', nodes: list.nodes, ...(list.news && { news: list.news }) };
  }

  #statusOf(from: HostPort, { status, headers }: PeerAnswer): SendOutcome {
    if (status === 403 && this.#ageBound.recognisesRefusal(from, headerText(headers[TIME_HEADER]))) {
      return { kind: 'stale' };
    }
    return outcomeOfStatus(status, headerText(headers['retry-after']));
  }

  /** Where the cluster has a secret, a reply counts only if the answer that brings it is signed, like any message. */
  #isGenuine(answer: PeerAnswer): boolean {
    return this.#keys.verify(answer.body, headerText(answer.headers[SIGNATURE_HEADER])) === 'ok';
  }

  #encode(message: Message): SignedBody {
    let encoded = this.#encoded.get(message);
    if (encoded === undefined) {
      encoded = this.#sign(encodeMessage(message));
      this.#encoded.set(message, encoded);
    }
    return encoded;
  }

  #sign(body: Uint8Array, type = 'application/json'): SignedBody {
    const headers: Record<string, string> = { 'content-type': type };
    const signature = this.#keys.sign(body);
    if (signature !== undefined) headers[SIGNATURE_HEADER] = signature;
    return { body, headers };
  }
}

function replyWantedBy(message: Message): ReplyKind {
  if (!('wantsReply' in message)) return 'none';
  return message.type === 'SYNC' ? 'nodes' : 'message';
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
