import type { HostPort } from '../../../src/gossip/address.js';
import { decodeJoinAnswer, encodeJoin } from './bootstrap.js';
import type { LegacyFlavour } from './flavour.js';
import { encodeMessage, type LegacyMessage } from './message.js';
import { httpAddress, type LegacyNodeInfo } from './node-info.js';
import { signatureHeader } from './signature.js';

export const MESSAGE_PATH = '/v1/gossip/message';
export const BOOTSTRAP_PATH = '/v1/bootstrap';

/** How long a sender gives a request, in milliseconds. */
export const SEND_TIMEOUT_MS = 5000;

export interface LegacyResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * Posts a body; `undefined` where no answer came within `timeoutMs`. Never rejects. It must take virtual time: nodes
 * that answer each other for ever would else keep time from passing.
 */
export type LegacyPost = (
  to: HostPort,
  path: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
) => Promise<LegacyResponse | undefined>;

/** Requests made since the start of the node, by message type, with bootstrap requests as `BOOTSTRAP`. */
export type SentCounts = Readonly<Record<string, number>>;

/** Sends what one node has to say, signed where the cluster has a secret. Any status but 200 is a failed send. */
export class Outbox {
  readonly #post: LegacyPost;
  readonly #flavour: LegacyFlavour;
  readonly #secret: string | undefined;
  /** Bounded by the message types there are. */
  readonly #sent: Record<string, number> = {};
  #closed = false;

  constructor(post: LegacyPost, flavour: LegacyFlavour, secret: string | undefined) {
    this.#post = post;
    this.#flavour = flavour;
    this.#secret = secret;
  }

  get sent(): SentCounts {
    return { ...this.#sent };
  }

  /** Whether the peer took the message. */
  async send(to: LegacyNodeInfo, message: LegacyMessage): Promise<boolean> {
    const body = encodeMessage(this.#flavour, message);
    return (await this.#request(message.type, httpAddress(to), MESSAGE_PATH, body)) !== undefined;
  }

  /** Asks a seed for its nodes; `undefined` where it does not tell. */
  async join(seed: HostPort, self: LegacyNodeInfo): Promise<readonly LegacyNodeInfo[] | undefined> {
    const body = await this.#request('BOOTSTRAP', seed, BOOTSTRAP_PATH, encodeJoin(this.#flavour, self));
    return body && decodeJoinAnswer(this.#flavour, body);
  }

  /** Nothing is sent any more, and nothing under way is answered. */
  close(): void {
    this.#closed = true;
  }

  async #request(type: string, to: HostPort, path: string, body: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#closed) return undefined;
    this.#sent[type] = (this.#sent[type] ?? 0) + 1;
    const signature = this.#secret ? signatureHeader(this.#secret, body) : {};
    const response = await this.#post(
      to,
      path,
      body,
      { 'content-type': 'application/json', ...signature },
      SEND_TIMEOUT_MS,
    );
    return response?.status === 200 && !this.#closed ? response.body : undefined;
  }
}
