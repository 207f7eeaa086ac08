import { randomBytes } from 'node:crypto';
import { expect } from '../expect.js';
import { type Awaited, eventually } from '../wait.js';
import { Cluster, type ClusterOptions } from './cluster.js';
import type { Kind } from './command.js';
import type { NodeProcess } from './node-process.js';

export interface ArenaOptions {
  readonly kinds: readonly Kind[];
  readonly strict: boolean;
  readonly evictionTimeoutMs: number;
  readonly topologyTimeoutMs: number;
  readonly idleSeconds: number;
}

/** The lowest TTL the clusters accept, in seconds: short enough to watch values expire. */
export const ARENA_MIN_TTL_S = 2;
const MIN_NODES = 3;
const READ_PATIENCE_MS = 5000;

/** What the cluster checks share: the main cluster, trials that several checks read, and everything to be stopped. */
export class Arena {
  readonly options: ArenaOptions;
  readonly run: string = randomBytes(3).toString('hex');
  readonly #clusters: Cluster[] = [];
  #main: Promise<Cluster> | undefined;
  #formedMs = 0;
  /** By trial: an entry for each of the few there are. */
  readonly #findings = new Map<unknown, Promise<unknown>>();

  constructor(options: ArenaOptions) {
    this.options = options;
  }

  /** At least three nodes, the kinds in turn, every one listing every other. Started once. */
  main(): Promise<Cluster> {
    this.#main ??= this.#form();
    return this.#main;
  }

  /** The nodes of the main cluster, where a check has asked for it. */
  async mainNodes(): Promise<readonly NodeProcess[]> {
    const cluster = await this.#main?.catch(() => undefined);
    return cluster?.nodes ?? [];
  }

  /** How long the main cluster took to be complete after its last node was healthy. */
  get formedMs(): number {
    return this.#formedMs;
  }

  /** What `trial` finds. It runs once, however many checks read it. */
  found<T>(trial: (arena: Arena) => Promise<T>): Promise<T> {
    let finding = this.#findings.get(trial) as Promise<T> | undefined;
    if (finding === undefined) {
      finding = trial(this);
      this.#findings.set(trial, finding);
    }
    return finding;
  }

  newCluster(options: ClusterOptions): Cluster {
    const cluster = new Cluster(options);
    this.#clusters.push(cluster);
    return cluster;
  }

  kindAt(index: number): Kind {
    const kind = this.options.kinds[index % this.options.kinds.length];
    expect(kind !== undefined, 'no kinds');
    return kind;
  }

  /** Whether every rule is held against a node: our own always, others with --strict. */
  isStrictFor(kind: Kind): boolean {
    return this.options.strict || kind.own;
  }

  key(name: string): string {
    return `wc-${this.run}-${name}`;
  }

  /** Resolves when every node gives `value` for `key`. */
  async untilReadable(nodes: readonly NodeProcess[], key: string, value: Uint8Array | string): Promise<Awaited<true>> {
    const bytes = Buffer.from(value);
    return eventually(`${key} readable on every node`, { timeoutMs: READ_PATIENCE_MS, everyMs: 10 }, async () => {
      for (const node of nodes) {
        const answer = await node.client.get(key);
        if (answer.status !== 200) throw new Error(`${node.name}: ${answer.status}`);
        if (!answer.body.equals(bytes)) throw new Error(`${node.name}: ${answer.body.length} other bytes`);
      }
      return true as const;
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.stop()));
  }

  async #form(): Promise<Cluster> {
    const cluster = this.newCluster({
      prefix: `wc-${this.run}-node`,
      environment: { REPRAM_MIN_TTL: String(ARENA_MIN_TTL_S) },
    });
    const size = Math.max(MIN_NODES, this.options.kinds.length);
    for (let index = 0; index < size; index += 1) await cluster.add(this.kindAt(index));
    this.#formedMs = await cluster.untilComplete(this.options.topologyTimeoutMs);
    return cluster;
  }
}
