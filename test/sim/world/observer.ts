import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { Entry, PutOutcome } from '../../../src/gossip/ports/store.js';
import type { Tombstone } from '../../../src/gossip/wire/news.js';
import type { SimHost } from './host.js';
import type { NetworkObserver } from './network.js';
import type { SimNode } from './node.js';
import type { ReadOperation, WriteOperation } from './operation.js';
import type { SimProcess } from './process.js';
import type { LinkObserver } from './sim-link.js';

/** How a process ended: by SIGKILL, with its machine, or in order. */
export type Ending = 'killed' | 'power lost' | 'left';

/** Called as things happen in a world, from within the code of the nodes: must neither throw nor change anything. */
export interface WorldObserver extends NetworkObserver, LinkObserver {
  started?(host: SimHost): void;
  ended?(host: SimHost, how: Ending): void;
  /** A node of ours put an entry into its store, its own write or a peer's. */
  stored?(node: SimNode, entry: Entry, outcome: PutOutcome): void;
  memberChanged?(node: SimNode, event: MemberEvent): void;
  /** An operator had a node of ours remove another. */
  removed?(node: SimNode, tombstone: Tombstone): void;
  /** A client's write begins; the operation is completed when `wrote` is called. */
  writing?(operation: WriteOperation): void;
  wrote?(operation: WriteOperation): void;
  read?(operation: ReadOperation): void;
  /** A step is over, with everything it set off; `ran` are the processes whose code ran in it. */
  stepped?(ran: ReadonlySet<SimProcess>): void;
}
