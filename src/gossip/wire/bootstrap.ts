import type { NodeExtension, NodeInfo } from './message.js';

/** What a joiner asks a seed with (`POST /v1/bootstrap`). */
export interface BootstrapRequest {
  readonly nodeId: string;
  readonly address: string;
  /** 0 where absent. */
  readonly gossipPort: number;
  readonly httpPort: number;
  readonly enclave: string;
  readonly extension?: NodeExtension;
  /** The seed is asked to find out whether the joiner can be dialled at the address it names (`x.reach`). */
  readonly wantsReach?: true;
}

/** The nodes a seed knows, itself and the joiner included. Malformed entries have been left out. */
export interface BootstrapAnswer {
  readonly peers: readonly NodeInfo[];
  /** Whether the seed could dial the joiner, where it was asked (`x.reachable`). If not, it has not taken it in. */
  readonly reachable?: boolean;
}
