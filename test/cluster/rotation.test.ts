import { afterEach, describe, expect, it } from 'vitest';
import { eventually, freePort, type NodeProcess } from '../support/node-process.js';
import { ProcessCluster } from '../support/process-cluster.js';

const OLD = { REPRAM_CLUSTER_SECRET: 'old, and long in use' };
const BOTH = { ...OLD, REPRAM_ALSO_ACCEPT_SECRET: 'new' };
const TURNED = { REPRAM_CLUSTER_SECRET: 'new', REPRAM_ALSO_ACCEPT_SECRET: 'old, and long in use' };
const NEW = { REPRAM_CLUSTER_SECRET: 'new' };

const verified = (node: NodeProcess, secret: 1 | 2) =>
  node.metric(`repram_signatures_verified_total{secret="${secret}"}`);

/** Until the node counts on writes reaching all three. */
const ready = (node: NodeProcess) =>
  eventually(async () => (await node.metric('repram_quorum_basis')) === 3, `${node.id} to know the others`);

/** Writes to one node after the other, for as long as it is let. */
class LoadBalancer {
  readonly serving: Set<NodeProcess>;
  /** Every status that came back. */
  readonly statuses = new Set<number>();
  #isWriting = true;
  readonly #done: Promise<void>;

  constructor(nodes: readonly NodeProcess[]) {
    this.serving = new Set(nodes);
    this.#done = this.#write();
  }

  async stop(): Promise<void> {
    this.#isWriting = false;
    await this.#done;
  }

  async #write(): Promise<void> {
    for (let count = 0; this.#isWriting; count++) {
      const node = [...this.serving][count % this.serving.size];
      if (node !== undefined) this.statuses.add(await node.put(`k${count}`, 'v'));
    }
  }
}

describe('a change of the cluster secret', () => {
  const cluster = new ProcessCluster();
  let load: LoadBalancer | undefined;
  afterEach(async () => {
    await load?.stop();
    await cluster.stop();
  });

  async function restart(before: NodeProcess, env: Readonly<Record<string, string>>): Promise<NodeProcess> {
    expect(await before.metric('repram_signature_failures_total')).toBe(0);
    before.signal('SIGTERM');
    expect(await before.exited()).toBe(0);
    cluster.nodes.splice(cluster.nodes.indexOf(before), 1);
    const after = await cluster.add(before.id, before.port, env).start();
    await cluster.complete();
    await ready(after);
    return after;
  }

  async function restartAll(balancer: LoadBalancer, env: Readonly<Record<string, string>>): Promise<void> {
    for (const node of [...cluster.nodes]) {
      balancer.serving.delete(node);
      balancer.serving.add(await restart(node, env));
    }
  }

  it('node by node, in three steps, locks nobody out and fails no write', { timeout: 120_000 }, async () => {
    const ports = await Promise.all([freePort(), freePort(), freePort()]);
    const seeds = { REPRAM_PEERS: ports.map((port) => `127.0.0.1:${port}`).join() };
    await Promise.all(ports.map((port, i) => cluster.add(`node-${i + 1}`, port, { ...seeds, ...OLD }).start()));
    await cluster.complete();
    await Promise.all(cluster.nodes.map(ready));
    load = new LoadBalancer(cluster.nodes);

    await restartAll(load, { ...seeds, ...BOTH });
    await restartAll(load, { ...seeds, ...TURNED });
    // Nobody signs with the old secret any more, which is what an operator waits for before it is dropped.
    const node = cluster.node(0);
    const [byNew, byOld] = [await verified(node, 1), await verified(node, 2)];
    await eventually(async () => (await verified(node, 1)) > byNew + 20, 'messages to come');
    expect(await verified(node, 2)).toBe(byOld);
    await restartAll(load, { ...seeds, ...NEW });

    await load.stop();
    expect([...load.statuses]).toEqual([201]);
    for (const { id, stderr } of cluster.nodes)
      expect([id, stderr.includes(OLD.REPRAM_CLUSTER_SECRET)]).toEqual([id, false]);
    for (const each of cluster.nodes) expect(await each.metric('repram_signature_failures_total')).toBe(0);
  });
});
