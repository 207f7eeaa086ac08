import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, freePort } from '../support/node-process.js';
import { ProcessCluster } from '../support/process-cluster.js';

describe('lifecycle', () => {
  let cluster = new ProcessCluster();
  const fresh = (env?: Readonly<Record<string, string>>) => {
    cluster = new ProcessCluster(env);
    return cluster;
  };
  afterEach(() => cluster.stop());

  it('a seed that knows nobody is found again after it was killed and restarted', async () => {
    const { add } = fresh();
    const port = await freePort();
    const seed = await add.call(cluster, 'seed', port).start();
    const seeds = { REPRAM_PEERS: `127.0.0.1:${port}` };
    await cluster.add('a', await freePort(), seeds).start();
    await cluster.add('b', await freePort(), seeds).start();
    await cluster.complete();
    await seed.kill();
    await cluster.complete(cluster.nodes.slice(1));
    await seed.start();
    await cluster.complete();
  });

  it('a node whose seeds come up later finds them without waiting for the recovery tick', async () => {
    fresh();
    const port = await freePort();
    const early = await cluster.add('early', await freePort(), { REPRAM_PEERS: `127.0.0.1:${port}` }).start();
    expect(await early.put('alone', 'x')).toBe(201);
    await cluster.add('late', port).start();
    await cluster.complete();
  });

  it('a node that lost all its peers says 202 at once, and recovers by itself when they are back', async () => {
    await fresh().start(3);
    const [survivor, ...others] = cluster.nodes;
    if (survivor === undefined) throw new Error('no node');
    const basis = () => survivor.metric('repram_quorum_basis');
    await eventually(async () => (await basis()) === 3, 'the others to have answered');
    await Promise.all(others.map((node) => node.kill()));
    await eventually(async () => (await survivor.peerIds()).length === 0, 'everyone to be evicted');
    const startedMs = performance.now();
    expect(await survivor.put('lonely', 'x')).toBe(202);
    expect(performance.now() - startedMs).toBeLessThan(2500);
    await Promise.all(others.map((node) => node.start()));
    await cluster.complete();
    expect(await survivor.put('together', 'x')).toBe(201);
  });

  it('a member of another enclave is listed, and gets no data', async () => {
    await fresh().start(2);
    const [first, second] = cluster.nodes;
    const seeds = { REPRAM_PEERS: `127.0.0.1:${first?.port}`, REPRAM_ENCLAVE: 'other' };
    const stranger = await cluster.add('stranger', await freePort(), seeds).start();
    await cluster.complete();
    expect(await first?.put('ours', 'x')).toBe(201);
    expect(await stranger.put('theirs', 'y')).toBe(201);
    await eventually(async () => (await second?.get('ours')) !== undefined, 'the write to arrive');
    expect(await stranger.get('ours')).toBeUndefined();
    expect(await first?.get('theirs')).toBeUndefined();
  });

  it('a node without the secret of the cluster, or with another, stays outside', async () => {
    await fresh({ REPRAM_CLUSTER_SECRET: 'correct horse' }).start(2);
    const [first, second] = cluster.nodes;
    const seeds = { REPRAM_PEERS: `127.0.0.1:${first?.port}` };
    const wrong = await cluster.add('wrong', await freePort(), { ...seeds, REPRAM_CLUSTER_SECRET: 'battery' }).start();
    await eventually(async () => ((await first?.metric('repram_signature_failures_total')) ?? 0) > 0, 'a refusal');
    expect(await wrong.peerIds()).toEqual([]);
    expect(await first?.put('kept', 'inside')).toBe(201);
    await eventually(async () => (await second?.get('kept')) !== undefined, 'the write to arrive');
    expect(await wrong.get('kept')).toBeUndefined();
    expect(await first?.peerIds()).toEqual([second?.id]);
  });

  it('two idle nodes below the replication factor do not answer each other for ever', async () => {
    await fresh({ REPRAM_SYNC_INTERVAL: '1s' }).start(2);
    const [first] = cluster.nodes;
    const syncs = async () => (await first?.metric('repram_messages_received_total{type="SYNC"}')) ?? 0;
    const pings = async () => (await first?.metric('repram_messages_received_total{type="PING"}')) ?? 0;
    await eventually(async () => (await pings()) >= 6, 'several intervals to pass');
    expect(await syncs()).toBeGreaterThanOrEqual(3);
    expect(await syncs()).toBeLessThan(30);
  });

  it('a second signal ends a node that is still draining', async () => {
    fresh();
    const node = await cluster.add('stuck', await freePort()).start();
    const upload = request(`${node.url}/v1/data/slow`, { method: 'PUT', headers: { 'content-length': '100' } });
    upload.on('error', () => undefined);
    upload.write('half');
    await eventually(async () => (await node.metric('repram_bodies_held_bytes')) === 4, 'the upload to begin');
    node.signal('SIGTERM');
    await eventually(() => node.stderr.includes('draining'), 'draining');
    node.signal('SIGTERM');
    expect(await node.exited()).toBe(143);
  });

  it('an open connection does not hold up the end for longer than the drain timeout', async () => {
    fresh({ REPRAM_DRAIN_TIMEOUT: '500ms' });
    const node = await cluster.add('held', await freePort()).start();
    const socket = connect(node.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.write('PUT /v1/data/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
    await eventually(async () => (await node.metric('repram_bodies_held_bytes')) === 4, 'the upload to begin');
    node.signal('SIGTERM');
    expect(await node.exited()).toBe(0);
    socket.destroy();
  });

  it('a port that is taken ends the start with exit code 69 and says why', async () => {
    fresh();
    const first = await cluster.add('first', await freePort()).start();
    const second = cluster.add('second', first.port);
    await second.spawn();
    expect(await second.exited()).toBe(69);
    expect(second.stderr).toContain(`cannot bind 127.0.0.1:${first.port}: another process listens there`);
  });

  it('a value that is no number ends the start with exit code 78 and names flag, variable and what is allowed', async () => {
    fresh();
    const node = cluster.add('bad', await freePort(), { REPRAM_REPLICATION: 'many' });
    await node.spawn();
    expect(await node.exited()).toBe(78);
    expect(node.stderr).toMatch(/REPRAM_REPLICATION: "many" is not allowed.*--replication/);
  });
});
