import type { HostPort } from '../../gossip/address.js';

/** The WebSocket subprotocol of two nodes of this implementation: CBOR frames. */
export const CBOR_SUBPROTOCOL = 'repram.tree.1';

/** How the frames of a link are encoded: JSON text as in the field, or CBOR where both ends know it. */
export type LinkCodec = 'json' | 'cbor';

/** Close codes that are in use (RFC 6455 section 7.4.1, and 1013 of the IANA registry). */
export const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  policy: 1008,
  tooBig: 1009,
  tryAgainLater: 1013,
} as const;

export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];

/**
 * One socket of the tree, open until `onClose`. Events come one at a time and never from within a call of one of its
 * methods. Nothing throws.
 */
export interface Link {
  readonly codec: LinkCodec;
  /** Who is at the other end, as far as the network knows: for logs only. */
  readonly remote: string;
  /** Bytes that have come in so far, of whatever frame: the only sign of life there is. */
  readonly bytesReceived: number;
  /** Bytes handed over and not yet taken by the network. */
  readonly bytesQueued: number;
  /** Each message that comes in: text of a JSON link, bytes of a CBOR link. */
  onMessage: ((data: string | Uint8Array) => void) | undefined;
  /** An answer to `ping`. */
  onPong: (() => void) | undefined;
  /** Once, when the link has ended, whoever ended it. `code` is 1006 where no close frame came. */
  onClose: ((code: number) => void) | undefined;
  /** Sends one message. Does nothing once the link is closing. */
  send(data: string | Uint8Array): void;
  /** Sends a heartbeat, which the other end's WebSocket answers by itself. */
  ping(): void;
  /** Begins the closing handshake once what is queued has gone out; the link is terminated where that takes over a second. */
  close(code: CloseCode, reason: string): void;
  /** Ends it at once. */
  terminate(): void;
}

/** What came of dialling: a link, or why there is none. */
export type DialOutcome =
  | { readonly kind: 'open'; readonly link: Link }
  | { readonly kind: 'refused' | 'timeout' | 'rejected' | 'aborted' };

/** Opens links to substrates. Offers CBOR, and takes JSON where the other end does not know it. Never rejects. */
export interface LinkDialer {
  dial(address: HostPort, timeoutMs: number, signal: AbortSignal): Promise<DialOutcome>;
}
