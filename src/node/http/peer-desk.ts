import type { Gossip } from '../../gossip/gossip.js';
import type { Receipt } from '../../gossip/inbox.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Reception } from '../../gossip/topology/reception.js';
import { encodeAnswer, encodeNodesAnswer } from '../../gossip/wire/answer.js';
import { decodeBootstrapRequest, encodeBootstrapAnswer } from '../../gossip/wire/bootstrap-codec.js';
import { decodeMessage } from '../../gossip/wire/decode.js';
import { decodeReplicaRequest, encodeReplicaAnswer } from '../../gossip/wire/replica-codec.js';
import type { AgeBound } from '../wire/age-bound.js';
import type { ClusterKeys } from '../wire/cluster-keys.js';
import { BOOTSTRAP_PATH, MESSAGE_PATH, REPLICA_PATH } from '../wire/paths.js';
import { SIGNATURE_HEADER } from '../wire/signature.js';

export type PeerPath = typeof MESSAGE_PATH | typeof BOOTSTRAP_PATH | typeof REPLICA_PATH;

/** What a peer is answered. Header names are in lower case. Shared with other answers: not to be changed. */
export interface DeskAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface PeerDeskParts {
  readonly gossip: Pick<Gossip, 'receive' | 'reception' | 'replica'>;
  readonly gate: { readonly draining: boolean };
  readonly keys: ClusterKeys;
  readonly ageBound: AgeBound;
  /** Whether this node takes part as one that can be dialled; what peers post is meant for such a one. */
  readonly isMember: () => boolean;
  /** Whether nodes may join through this one: on a public network with a root list, through roots alone. */
  readonly admitsJoiners?: () => boolean;
}

const TEXT = { 'content-type': 'text/plain; charset=utf-8' } as const;
const JSON_TYPE = { 'content-type': 'application/json' } as const;
const CBOR_TYPE = { 'content-type': 'application/cbor' } as const;

const TAKEN: DeskAnswer = { status: 200, headers: JSON_TYPE, body: encodeAnswer() };
const FULL = textAnswer(507, 'Node storage capacity exceeded');
const MISDIRECTED = textAnswer(421, 'Misdirected: this is another node');
const OWN_REQUEST = textAnswer(421, 'Misdirected: you are this node');
const ID_TAKEN = textAnswer(409, 'Node id taken: this node bears it; ids must be unique');
const NOT_TAKEN_IN = textAnswer(
  403,
  'Not taken in: the address is this node’s own, the node was removed, or there is no room',
);
const BUSY = textAnswer(503, 'Too many joiners are being dialled back', { 'retry-after': '1' });
const FOREIGN = textAnswer(403, 'Of another enclave: its data is none of this node’s');
const STRANGER = textAnswer(403, 'Not a member here: introduce yourself first');
const NO_MEMBER = textAnswer(403, 'No member: this node is attached to another one, and carries nobody');
const NO_ROOT = textAnswer(403, 'Not a root: join through a node on the signed root list');
const DRAINING = textAnswer(503, 'Shutting down', { 'retry-after': '1', connection: 'close' });
const MISSING_SIGNATURE = textAnswer(403, 'Missing signature');
const INVALID_SIGNATURE = textAnswer(403, 'Invalid signature');

/**
 * Answers what peers post, whatever carried it here: gossip messages, requests to join, and what replicas ask each
 * other. Where the cluster has a secret, only what is signed gets in.
 */
export class PeerDesk {
  readonly #parts: PeerDeskParts;
  readonly #unsigned: Counter;
  readonly #malformed: Counter;
  readonly #unknown: Counter;

  constructor(ports: { readonly metrics: Metrics }, parts: PeerDeskParts) {
    const { metrics } = ports;
    this.#parts = parts;
    this.#unsigned = metrics.counter('repram_signature_failures_total', 'Gossip refused: signature missing or wrong.');
    this.#malformed = metrics.counter('repram_malformed_messages_total', 'Gossip refused: malformed.');
    this.#unknown = metrics.counter('repram_unknown_messages_total', 'Gossip of a type this node does not know.');
  }

  /**
   * The answer to a request that lacks the signature it needs, which its body cannot change; `undefined` for others.
   */
  refusalOf(signature: string | undefined): DeskAnswer | undefined {
    if (!this.#parts.keys.areRequired || (signature !== undefined && signature !== '')) return undefined;
    this.#unsigned.inc();
    return MISSING_SIGNATURE;
  }

  /** Takes in the body of one request and answers it. Never throws. */
  answer(path: PeerPath, body: Uint8Array, signature: string | undefined): DeskAnswer | Promise<DeskAnswer> {
    const refusal = this.#checkSignature(body, signature);
    if (refusal !== undefined) return refusal;
    if (!this.#parts.isMember()) return path === MESSAGE_PATH ? MISDIRECTED : NO_MEMBER;
    switch (path) {
      case MESSAGE_PATH:
        return this.#message(body);
      case BOOTSTRAP_PATH:
        return this.#bootstrap(body);
      case REPLICA_PATH:
        return this.#replica(body);
    }
  }

  #checkSignature(body: Uint8Array, signature: string | undefined): DeskAnswer | undefined {
    const check = this.#parts.keys.verify(body, signature);
    if (check === 'ok') return undefined;
    this.#unsigned.inc();
    return check === 'missing' ? MISSING_SIGNATURE : INVALID_SIGNATURE;
  }

  #message(body: Uint8Array): DeskAnswer {
    const decoded = decodeMessage(body);
    if (!decoded.ok) return this.#refuse(decoded.error);
    const { message } = decoded;
    if (message.type === 'UNKNOWN') {
      this.#unknown.inc();
      return TAKEN;
    }
    const { gate, gossip, ageBound } = this.#parts;
    if (!ageBound.admits(message)) return staleAnswer(ageBound);
    if (gate.draining && message.type === 'PUT') return DRAINING;
    const receipt = gossip.receive(message);
    switch (receipt.kind) {
      case 'ok':
        return this.#taken(receipt);
      case 'full':
        return FULL;
      case 'misdirected':
        return MISDIRECTED;
    }
  }

  #bootstrap(body: Uint8Array): DeskAnswer | Promise<DeskAnswer> {
    const { gate, gossip, admitsJoiners } = this.#parts;
    if (gate.draining) return DRAINING;
    if (admitsJoiners?.() === false) return NO_ROOT;
    const decoded = decodeBootstrapRequest(body);
    if (!decoded.ok) return this.#refuse(decoded.error);
    const reception = gossip.reception.receive(decoded.request);
    return reception instanceof Promise ? reception.then(answerTo) : answerTo(reception);
  }

  /** A node that shuts down still answers what it holds, but takes nothing in. */
  #replica(body: Uint8Array): DeskAnswer {
    const decoded = decodeReplicaRequest(body);
    if (!decoded.ok) return this.#refuse(decoded.error);
    const { request } = decoded;
    const { gate, gossip, ageBound } = this.#parts;
    if (!ageBound.admitsFrom(request.from, request.sentMs)) return staleAnswer(ageBound);
    if (gate.draining && request.op === 'give') return DRAINING;
    const receipt = gossip.replica.receive(request);
    switch (receipt.kind) {
      case 'ok':
        return this.#signed(encodeReplicaAnswer(receipt.answer), CBOR_TYPE);
      case 'foreign':
        return FOREIGN;
      case 'stranger':
        return STRANGER;
    }
  }

  #taken({ reply, nodes, news }: Extract<Receipt, { readonly kind: 'ok' }>): DeskAnswer {
    if (reply === undefined && nodes === undefined) return TAKEN;
    const { keys, ageBound } = this.#parts;
    const sentMs = keys.areRequired ? ageBound.nowMs : undefined;
    const body = nodes === undefined ? encodeAnswer(reply) : encodeNodesAnswer(nodes, news, sentMs);
    return this.#signed(body, JSON_TYPE);
  }

  #signed(body: Uint8Array, type: DeskAnswer['headers']): DeskAnswer {
    const signature = this.#parts.keys.sign(body);
    const headers = signature === undefined ? type : { ...type, [SIGNATURE_HEADER]: signature };
    return { status: 200, headers, body };
  }

  #refuse(error: string): DeskAnswer {
    this.#malformed.inc();
    return textAnswer(400, error);
  }
}

/** Whether an answer refuses somebody for not having signed: such a one is no peer. */
export function refusesUnsigned(answer: DeskAnswer): boolean {
  return answer === MISSING_SIGNATURE || answer === INVALID_SIGNATURE;
}

function staleAnswer(ageBound: AgeBound): DeskAnswer {
  return textAnswer(403, 'Stale message', ageBound.refusalHeaders());
}

function textAnswer(status: number, text: string, headers: DeskAnswer['headers'] = {}): DeskAnswer {
  return { status, headers: { ...TEXT, ...headers }, body: Buffer.from(text) };
}

function answerTo(reception: Reception): DeskAnswer {
  switch (reception.kind) {
    case 'welcome':
      return { status: 200, headers: JSON_TYPE, body: encodeBootstrapAnswer(reception.answer) };
    case 'self':
      return OWN_REQUEST;
    case 'id-taken':
      return ID_TAKEN;
    case 'refused':
      return NOT_TAKEN_IN;
    case 'busy':
      return BUSY;
  }
}
