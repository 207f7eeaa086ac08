import { Cluster, untilComplete } from '../nodes/cluster.js';
import type { DrillNode, Place } from '../nodes/drill-node.js';
import type { ListPublisher } from './list-publisher.js';

const COMPLETE_TIMEOUT_MS = 60_000;

/** Nodes of a public network that know nobody but a root list. */
export class RootedCluster {
  readonly #cluster: Cluster;
  readonly #publisher: ListPublisher;

  constructor(publisher: ListPublisher, environment: Readonly<Record<string, string>>) {
    this.#publisher = publisher;
    this.#cluster = new Cluster([], environment);
  }

  /** One more node. It is not started. */
  add(place: Place, extra: Readonly<Record<string, string>> = {}): DrillNode {
    const id = `drill-${this.#cluster.nodes.length + 1}`;
    return this.#cluster.extend(place, { ...this.#publisher.environmentOf(id), ...extra });
  }

  /** Publishes a list of these nodes, starts them, and resolves when each lists all others. */
  async found(nodes: readonly DrillNode[]): Promise<void> {
    await this.#publisher.publish(nodes);
    await Promise.all(nodes.map((node) => node.start()));
    await untilComplete(nodes, COMPLETE_TIMEOUT_MS);
  }

  async end(): Promise<void> {
    await this.#cluster.end();
  }
}
