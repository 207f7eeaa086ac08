import type { HostPort } from '../../gossip/address.js';
import type { SendOutcome } from '../../gossip/ports/transport.js';

/** Most requests queued or under way to one peer. */
export const MAX_QUEUED_REQUESTS = 4096;

/** Most bytes of requests queued or under way to one peer: a few of the largest messages. */
export const MAX_QUEUED_BYTES: number = 64 * 1024 * 1024;

/**
 * Most connections to one peer, by what travels on them; each carries one request at a time.
 *
 * Writes travel on several, so that a large one does not hold up the small ones. Probes and topology travel on
 * connections of their own: a queue of writes must not look like a dead peer. So does what brings replicas up to date:
 * it is long, and can wait.
 */
export const LANE_CONNECTIONS = { bulk: 16, control: 2, replica: 2 } as const;

export type Lane = keyof typeof LANE_CONNECTIONS;

export interface PeerRequest {
  readonly path: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly lane: Lane;
}

/** An answer whose body has been drained, and kept up to `keepBytes`. */
export interface PeerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

export type PeerResult = { readonly answer: PeerAnswer } | { readonly failure: SendOutcome };

/** The connections to one peer. */
export interface PeerLink {
  /**
   * Sends one request and drains its answer, keeping at most `keepBytes` of it (none unless said). What would exceed
   * `MAX_QUEUED_REQUESTS` or `MAX_QUEUED_BYTES` fails as `overflow`; a single request goes out whatever its size.
   * Never rejects.
   */
  post(request: PeerRequest, keepBytes?: number): Promise<PeerResult>;
  /** Ends the connections. What is under way, and what is posted from now on, fails as `aborted`. */
  close(): void;
}

/**
 * Makes the link to a peer; connections may be opened as late as they are needed. `onLost` is called when a connection
 * fails or is ended by the peer, other than for being idle, and never after the link was closed.
 */
export type DialPeer = (address: HostPort, onLost: () => void) => Promise<PeerLink>;
