import type { HostPort } from '../../../src/gossip/address.js';
import type { Clock } from '../../../src/gossip/ports/clock.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { LegacyFlavour } from './flavour.js';
import type { LegacyPost } from './outbox.js';

export interface LegacyNodePorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly post: LegacyPost;
}

export interface LegacyNodeOptions {
  readonly id: string;
  readonly address: HostPort;
  readonly enclave: string;
  readonly seeds: readonly HostPort[];
  readonly flavour: LegacyFlavour;
  /** 3 unless set. */
  readonly replication?: number;
  /** Seconds; 300 unless set. */
  readonly minTtl?: number;
  /** Seconds; 86400 unless set. */
  readonly maxTtl?: number;
  /** Told to peers, never dialled; 9090 unless set. */
  readonly gossipPort?: number;
  readonly secret?: string;
  /** Of all values together; unlimited unless set. */
  readonly maxStorageBytes?: number;
  /** Whether the rate limit is on, which answers 429 to busy peers too. Off unless set. */
  readonly busy?: boolean;
}
