import { eventually } from '../wait.js';
import type { Kind } from './command.js';
import { NodeProcess, type NodeSettings, stopAll } from './node-process.js';

export interface ClusterOptions {
  readonly prefix: string;
  readonly enclave?: string;
  readonly secret?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Nodes of mixed kinds; each is seeded with all that were started before it. */
export class Cluster {
  readonly nodes: NodeProcess[] = [];
  readonly #options: ClusterOptions;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  async add(kind: Kind, settings: Partial<NodeSettings> = {}): Promise<NodeProcess> {
    const { prefix, enclave, secret, environment } = this.#options;
    const node = await NodeProcess.start(kind, {
      nodeId: `${prefix}-${this.nodes.length + 1}`,
      enclave: enclave ?? 'default',
      peers: this.nodes.map((known) => known.endpoint),
      ...(secret === undefined ? {} : { secret }),
      ...(environment === undefined ? {} : { environment }),
      ...settings,
    });
    this.nodes.push(node);
    return node;
  }

  /** Resolves with the time it took until every one of `nodes` listed all the others. */
  async untilComplete(timeoutMs: number, nodes: readonly NodeProcess[] = this.nodes): Promise<number> {
    const patience = { timeoutMs, everyMs: 50 };
    const { elapsedMs } = await eventually('every node lists every other', patience, async () => {
      const gaps = await missingEdges(nodes);
      if (gaps.length > 0) throw new Error(`missing: ${gaps.join(', ')}`);
      return true;
    });
    return elapsedMs;
  }

  seedsFor(node: NodeProcess): readonly string[] {
    return this.nodes.filter((other) => other !== node).map((other) => other.endpoint);
  }

  async stop(): Promise<void> {
    await stopAll(this.nodes);
  }
}

async function missingEdges(nodes: readonly NodeProcess[]): Promise<readonly string[]> {
  const gaps = await Promise.all(
    nodes.map(async (node) => {
      const peers = await node.client.peers();
      return nodes.filter((other) => other !== node && !peers.has(other.id)).map((other) => `${node.id} → ${other.id}`);
    }),
  );
  return gaps.flat();
}
