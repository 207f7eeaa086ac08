import { eventually, freePort, NodeProcess } from './node-process.js';

/** Nodes in processes of their own, which know each other as seeds. Call `stop` whatever happens. */
export class ProcessCluster {
  readonly nodes: NodeProcess[] = [];
  readonly #env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.#env = env;
  }

  /** Starts `count` nodes at once, each with all of them as seeds, and waits until everyone sees everyone. */
  async start(count: number): Promise<this> {
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    const peers = ports.map((port) => `127.0.0.1:${port}`).join(',');
    const started = ports.map((port, i) => this.add(`node-${i + 1}`, port, { REPRAM_PEERS: peers }));
    await Promise.all(started.map((node) => node.start()));
    await this.complete();
    return this;
  }

  /** A node of this cluster that is not started yet. */
  add(id: string, port: number, env: Readonly<Record<string, string>> = {}): NodeProcess {
    const node = new NodeProcess(id, port, { ...this.#env, ...env });
    this.nodes.push(node);
    return node;
  }

  node(index: number): NodeProcess {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    return node;
  }

  /** Waits until each of the nodes lists exactly the others. */
  async complete(nodes: readonly NodeProcess[] = this.nodes, withinMs?: number): Promise<void> {
    for (const node of nodes) {
      const others = nodes.filter((other) => other !== node).map((other) => other.id);
      const wanted = others.sort().join();
      await eventually(async () => (await node.peerIds()).join() === wanted, `${node.id} to list ${wanted}`, withinMs);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }
}
