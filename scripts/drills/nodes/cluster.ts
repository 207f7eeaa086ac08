import { DrillNode, type Place } from './drill-node.js';
import { untilEach } from './watch.js';

/** All load comes from one address, which must not be taken for a flood; a log line a request would be measured too. */
const ENVIRONMENT = { REPRAM_NETWORK: 'private', REPRAM_RATE_LIMIT: '1000000', REPRAM_LOG_LEVEL: 'warn' };

const COMPLETE_TIMEOUT_MS = 60_000;

/** Nodes with the defaults of the product, each with all the others as seeds. */
export class Cluster {
  readonly nodes: DrillNode[] = [];
  readonly #extra: Readonly<Record<string, string>>;

  /** @param extra further variables of every node */
  constructor(places: readonly Place[], extra: Readonly<Record<string, string>> = {}) {
    this.#extra = extra;
    for (const place of places) this.#add(place, places);
  }

  /** One more node, seeded with those there are, with variables of its own. It is not started. */
  extend(place: Place, extra: Readonly<Record<string, string>> = {}): DrillNode {
    const seeds = this.nodes.map((node) => node.place);
    return this.#add(place, seeds, extra);
  }

  node(index: number): DrillNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    return node;
  }

  without(left: DrillNode): readonly DrillNode[] {
    return this.nodes.filter((node) => node !== left);
  }

  async start(nodes: readonly DrillNode[] = this.nodes): Promise<void> {
    await Promise.all(nodes.map((node) => node.start()));
    await untilComplete(nodes, COMPLETE_TIMEOUT_MS);
  }

  #add(place: Place, seeds: readonly Place[], own: Readonly<Record<string, string>> = {}): DrillNode {
    const id = `drill-${this.nodes.length + 1}`;
    const node = new DrillNode(id, place, {
      PATH: process.env['PATH'],
      ...ENVIRONMENT,
      REPRAM_NODE_ID: id,
      REPRAM_ADDRESS: place.host,
      REPRAM_HTTP_PORT: String(place.port),
      REPRAM_PEERS: seeds.map(({ host, port }) => `${host}:${port}`).join(','),
      ...this.#extra,
      ...own,
    });
    this.nodes.push(node);
    return node;
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.end()));
  }
}

/** Lends a cluster that is complete, and ends it afterwards. */
export async function withCluster<T>(
  places: readonly Place[],
  environment: Readonly<Record<string, string>>,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = new Cluster(places, environment);
  try {
    await cluster.start();
    return await use(cluster);
  } finally {
    await cluster.end();
  }
}

/**
 * Waits until every node lists all the others as alive.
 *
 * @returns milliseconds until the last did
 * @throws saying who lacked whom, where the time runs out
 */
export async function untilComplete(nodes: readonly DrillNode[], timeoutMs: number): Promise<number> {
  const times = await untilEach(nodes, { timeoutMs }, (node, listed) =>
    nodes.every((other) => other === node || (listed.has(other.id) && listed.get(other.id)?.state !== 'suspect')),
  );
  const late = nodes.filter((_, index) => times[index] === undefined);
  if (late.length === 0) return Math.max(...times.map((ms) => ms ?? 0));
  throw new Error(`not complete within ${timeoutMs} ms: ${late.map(({ id }) => id).join(', ')}`);
}
