import type { Entry, PutOutcome } from '../../../src/gossip/ports/store.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { WriteOperation } from '../world/operation.js';
import type { Copy } from './ledger.js';

/** A node of ours was given an entry to store, with what the ledger knew of the key there before. */
export interface Sighting {
  readonly node: SimNode;
  readonly entry: Entry;
  readonly outcome: PutOutcome;
  /** The client's write the entry came from; undefined for bytes that no client wrote. */
  readonly write: WriteOperation | undefined;
  readonly before: Copy | undefined;
  /** What the node holds from now on; undefined unless the outcome is `stored`. */
  readonly copy: Copy | undefined;
}

/** What must hold in a world, whatever happens. It observes, and says so where it does not: see `World.violated`. */
export interface Invariant extends WorldObserver {
  /** Told of every entry a node of ours was given to store, after the ledger has taken note of it. */
  offered?(sighting: Sighting): void;
  /** Looks at every process, once a virtual second. */
  scan?(): void;
  /** Looks at a world at rest: faults are over, member tables have converged, no write is under way. */
  rest?(): void;
}
