import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { ChildSocket } from './child-socket.js';
import type { Children } from './children.js';

/** Most that is queued for all children together, in bytes. */
export const MAX_QUEUED_BYTES_OF_ALL: number = 256 * 1024 * 1024;

/** What is queued for all children together. What is queued for one of them is looked after by its socket. */
export class SendQueues {
  readonly #children: Children;
  readonly #relieved: Counter;

  constructor(metrics: Metrics, children: Children) {
    this.#children = children;
    this.#relieved = metrics.counter(
      'repram_tree_queues_relieved_total',
      'Children ended because too much was queued for all of them, and most for these.',
    );
    metrics.gauge('repram_tree_queued_bytes', 'Bytes queued for children.', () =>
      children.all().reduce((sum, child) => sum + child.bytesQueued, 0),
    );
  }

  /** Ends those for whom most is queued, until the rest are within the bound. */
  relieve(): void {
    const queued = this.#children.all().map((child): [ChildSocket, number] => [child, child.bytesQueued]);
    let total = queued.reduce((sum, [, bytes]) => sum + bytes, 0);
    if (total <= MAX_QUEUED_BYTES_OF_ALL) return;
    for (const [child, bytes] of queued.sort(([, a], [, b]) => b - a)) {
      if (total <= MAX_QUEUED_BYTES_OF_ALL) return;
      total -= bytes;
      this.#relieved.inc();
      child.feed('overfull');
    }
  }
}
