import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { Machine } from '../world/machine.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cluster } from './cluster.js';
import type { LinkLayers } from './link-layers.js';

/** What a fault may act on. */
export interface FaultSite {
  readonly world: World;
  readonly cluster: Cluster;
  readonly links: LinkLayers;
  readonly rng: Rng;
  /** Machines besides those of the cluster whose links suffer too. */
  readonly others: readonly Machine[];
  /** Share of the link faults that outlast the intervals of the protocol. */
  readonly longLinkShare: number;
  /** Processes that are to come back, until they have. Bounded by the episodes. */
  readonly returning: Set<SimNode>;
}

/** One fault that is under way. */
export interface Episode {
  /** For the event log. */
  readonly text: string;
  readonly lastsMs: number;
  /** Makes it good again. Called once, be it at its end or because faults stop. */
  readonly end: () => void;
}

/** Begins a fault; `undefined` where there is nothing to do it to. */
export type Fault = (site: FaultSite) => Episode | undefined;
