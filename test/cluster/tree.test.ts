import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningNode } from '../../src/node/node.js';
import { startTestNode } from '../contract/support/test-node.js';
import { eventually, freePort, type NodeProcess } from '../support/node-process.js';
import { ProcessCluster } from '../support/process-cluster.js';

/** How long anything may take on a busy machine, in milliseconds. */
const PATIENCE_MS = 30_000;

interface Status {
  readonly parent?: { readonly id: string } | null;
  readonly children?: number;
  readonly reattachments?: Readonly<Record<string, unknown>>;
  readonly writes_waiting?: number;
}

const status = async (node: NodeProcess): Promise<Status> => JSON.parse((await node.text('/v1/status')).text) as Status;
const parentOf = async (node: NodeProcess): Promise<string | undefined> => (await status(node)).parent?.id;
const childrenOf = async (node: NodeProcess): Promise<number> => (await status(node)).children ?? 0;

const attachedTo = (child: NodeProcess, ...parents: readonly NodeProcess[]): Promise<void> =>
  eventually(
    async () => idsOf(parents).includes((await parentOf(child)) ?? ''),
    `${child.id} to be attached to one of ${idsOf(parents)}`,
    PATIENCE_MS,
  );

const holds = (node: NodeProcess, key: string): Promise<void> =>
  eventually(async () => (await node.get(key)) !== undefined, `${node.id} to hold ${key}`, PATIENCE_MS);

const idsOf = (nodes: readonly NodeProcess[]): readonly string[] => nodes.map(({ id }) => id);

describe('a tree of processes', { timeout: 4 * PATIENCE_MS }, () => {
  let cluster: ProcessCluster;
  let first: NodeProcess;
  let second: NodeProcess;
  beforeEach(async () => {
    cluster = new ProcessCluster({ REPRAM_INBOUND: 'true' });
    await cluster.start(2);
    [first, second] = [cluster.node(0), cluster.node(1)];
    for (const node of [first, second]) {
      await eventually(async () => (await node.metric('repram_quorum_basis')) === 2, 'a quorum of two');
    }
  });
  afterEach(() => cluster.stop());

  const transient = async (id: string, seeds: readonly NodeProcess[], env: Readonly<Record<string, string>> = {}) => {
    const peers = seeds.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return cluster.add(id, await freePort(), { REPRAM_INBOUND: 'false', REPRAM_PEERS: peers, ...env });
  };

  const child = async (id: string, ...seeds: readonly NodeProcess[]): Promise<NodeProcess> => {
    const node = await (await transient(id, seeds)).start();
    await attachedTo(node, ...seeds);
    return node;
  };

  it('a parent that is asked to stop moves its child before the socket closes, loses no write, and exits with 0', async () => {
    const node = await child('child', first);
    const statuses: number[] = [];
    let isOver = false;
    const writing = (async () => {
      for (let i = 0; !isOver; i++) statuses.push(await node.put(`k${i}`, 'x'));
    })();
    await eventually(() => statuses.length > 5, 'some writes');
    first.signal('SIGTERM');
    expect(await first.exited()).toBe(0);
    await attachedTo(node, second);
    isOver = true;
    await writing;
    expect(statuses.every((code) => code === 201 || code === 202)).toBe(true);
    for (let i = 0; i < statuses.length; i++) await holds(second, `k${i}`);
    // It moved before the socket was closed: the goodbye is the only reason there was.
    expect((await status(node)).reattachments).toMatchObject({ goodbye: 1, closed: 0, silent: 0 });
    await eventually(
      async () => (await status(node)).writes_waiting === 0,
      'every write to be on a quorum',
      PATIENCE_MS,
    );
  });

  it('a parent that is killed is replaced, and what was not acknowledged goes to the next one', async () => {
    const node = await child('child', first, second);
    const parent = (await parentOf(node)) === first.id ? first : second;
    const other = parent === first ? second : first;
    await parent.kill();
    expect([201, 202]).toContain(await node.put('meanwhile', 'x'));
    await attachedTo(node, other);
    await holds(other, 'meanwhile');
    await parent.start();
    await cluster.complete([first, second]);
    await holds(parent, 'meanwhile');
    expect(await node.put('afterwards', 'x')).toBe(201);
  });

  it('a parent that is stopped like a machine that freezes is given up, and found again when it is all there is', async () => {
    const node = await child('child', first, second);
    const parent = (await parentOf(node)) === first.id ? first : second;
    const other = parent === first ? second : first;
    parent.signal('SIGSTOP');
    await attachedTo(node, other);
    await other.kill();
    parent.signal('SIGCONT');
    await attachedTo(node, parent);
  });

  it('all substrates gone and back: it serves alone meanwhile, says 202, and brings them what they missed', async () => {
    const node = await child('child', first, second);
    await Promise.all([first.kill(), second.kill()]);
    await eventually(async () => (await parentOf(node)) === undefined, 'the child to notice', PATIENCE_MS);
    expect(await node.put('alone', 'x')).toBe(202);
    expect((await node.get('alone'))?.toString()).toBe('x');
    await Promise.all([first.start(), second.start()]);
    await cluster.complete([first, second]);
    await attachedTo(node, first, second);
    for (const substrate of [first, second]) await holds(substrate, 'alone');
    await eventually(async () => (await status(node)).writes_waiting === 0, 'the outbox to be empty', PATIENCE_MS);
    await eventually(async () => (await node.put('again', 'x')) === 201, 'a quorum', PATIENCE_MS);
  });

  it('a transient that is killed and restarted under its id has its place again within seconds, and its data', async () => {
    const node = await child('child', first);
    expect(await node.put('before', 'x')).toBe(201);
    for (let round = 0; round < 3; round++) {
      await node.kill();
      await node.start();
      const startedMs = performance.now();
      await attachedTo(node, first);
      expect(performance.now() - startedMs).toBeLessThan(8000);
      await holds(node, 'before');
    }
    expect(await childrenOf(first)).toBe(1);
  });

  it('a transient that froze, and was replaced by a restart under its id, has lost its place', async () => {
    const frozen = await child('twin', first);
    frozen.signal('SIGSTOP');
    const next = await (await transient('twin', [first])).start();
    await attachedTo(next, first);
    frozen.signal('SIGCONT');
    // It goes elsewhere: it knows the other substrate, where nobody has its id.
    await eventually(async () => (await parentOf(frozen)) !== first.id, 'the frozen one to notice', PATIENCE_MS);
    expect(await parentOf(next)).toBe(first.id);
    expect(await childrenOf(first)).toBe(1);
  });

  it('of two processes with one transient id the second is refused while the first answers, and follows it', async () => {
    const one = await child('twin', first);
    const two = await (await transient('twin', [first])).start();
    const refused = 'repram_tree_turned_away_total{cause="rival-alive"}';
    await eventually(async () => (await first.metric(refused)) > 1, 'the second to be refused', PATIENCE_MS);
    expect([await parentOf(one), await parentOf(two)]).toEqual([first.id, undefined]);
    expect(await one.put('k', 'x')).toBe(201);
    await one.kill();
    await attachedTo(two, first);
  });

  it('two nodes that are killed at once, parent and child, find each other again', async () => {
    const node = await child('child', first);
    await Promise.all([first.kill(), node.kill()]);
    await Promise.all([first.start(), node.start()]);
    await attachedTo(node, first);
    await eventually(async () => (await node.put('k', 'x')) === 201, 'a quorum', PATIENCE_MS);
  });

  it('50 transients on two substrates are all carried by the other when one is killed, and none is lost', async () => {
    const peers = [first, second].map(({ port }) => ({ host: '127.0.0.1', port }));
    const nodes: RunningNode[] = [];
    try {
      for (let i = 1; i <= 50; i++) {
        nodes.push(await startTestNode({ nodeId: `t${i}`, inbound: 'false', peers, writeTimeoutMs: PATIENCE_MS }));
      }
      await Promise.all(nodes.map(({ joined }) => joined));
      const sum = async () => (await childrenOf(first)) + (await childrenOf(second));
      await eventually(async () => (await sum()) === 50, '50 children', PATIENCE_MS);
      for (const substrate of [first, second]) expect(await childrenOf(substrate)).toBeGreaterThan(5);
      await first.kill();
      await eventually(async () => (await childrenOf(second)) === 50, 'all of them at the other', PATIENCE_MS);
      await eventually(async () => (await second.put('for-all', 'x')) === 202, 'one of two to be missed', PATIENCE_MS);
      const missing = async (): Promise<string[]> => {
        const found = await Promise.all(
          nodes.map(async (node) => ((await holdsNow(node, 'for-all')) ? '' : node.nodeId)),
        );
        return found.filter((id) => id !== '');
      };
      await eventually(async () => (await missing()).length === 0, 'the write to reach each', PATIENCE_MS);
    } finally {
      await Promise.all(nodes.map((node) => node.stop()));
    }
  });
});

async function holdsNow({ port }: RunningNode, key: string): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/data/${key}`);
  await response.arrayBuffer();
  return response.status === 200;
}
