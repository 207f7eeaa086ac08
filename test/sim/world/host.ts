import type { HostPort } from '../../../src/gossip/address.js';
import type { SimConnections } from './connections.js';
import type { Listener, Machine } from './machine.js';
import type { SimProcess } from './process.js';

/** What a read says: the value and when it ends by its holder's own wall clock, in milliseconds. */
export interface HeldValue {
  readonly bytes: Uint8Array;
  readonly expiresAtMs: number;
}

/** How a write of a client ended, by the status a client sees. */
export type PutStatus = 201 | 202 | 503 | 507;

/** A node of either kind, as the world runs it: a process on a machine that answers peers and clients. */
export interface SimHost extends Listener {
  readonly id: string;
  readonly enclave: string;
  readonly address: HostPort;
  readonly machine: Machine;
  readonly process: SimProcess;
  /** `ours`: this repository's code. `legacy`: a model of what is in the field. */
  readonly kind: 'ours' | 'legacy';
  /** Its connections to other machines, by address. */
  readonly connections: ReadonlyMap<string, SimConnections>;
  /** Ids this node lists as live, sorted. */
  readonly peers: readonly string[];
  put(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<PutStatus>;
  get(key: string): HeldValue | undefined;
  start(): void;
  /** Shuts down in order; resolves when done. */
  drain(): Promise<void>;
}
