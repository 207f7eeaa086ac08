import { describe, expect, test } from 'vitest';
import { deliver, infoOf, Network, textOf } from './network.js';

const NOBODY = { host: '10.0.0.9', port: 1 };
const FIRST = { host: '10.0.0.7', port: 1 };
const SECOND = { host: '10.0.0.8', port: 1 };

describe('joining', () => {
  test('asks the seeds in turn, itself left out, and the first answer wins', async () => {
    const network = new Network();
    const first = network.recorder(FIRST, JSON.stringify({ success: true, peers: [infoOf('first', FIRST)] }));
    const second = network.recorder(SECOND);
    const address = { host: '10.0.0.1', port: 5 };
    const { node } = network.node({ id: 'joiner', address, seeds: [address, NOBODY, FIRST, SECOND] });
    node.start();
    await network.clock.run(6000);
    expect(node.peers).toEqual(['first']);
    expect(first).toHaveLength(1);
    expect(second).toHaveLength(0);
    expect(node.sent).toEqual({ BOOTSTRAP: 2 });
  });

  test('goes on to the next seed where one refuses', async () => {
    const network = new Network();
    network.listen(FIRST, () => ({ status: 403, body: Buffer.from('no root') }));
    network.recorder(SECOND, JSON.stringify({ success: true, peers: [infoOf('second', SECOND)] }));
    const { node } = network.node({ seeds: [FIRST, SECOND] });
    node.start();
    await network.clock.run(100);
    expect(node.peers).toEqual(['second']);
  });

  test('asks once in its life: whose seeds are down at the start stays alone', async () => {
    const network = new Network();
    const { node } = network.node({ seeds: [NOBODY] });
    node.start();
    await network.clock.run(10_000);
    network.recorder(NOBODY, JSON.stringify({ success: true, peers: [infoOf('late', NOBODY)] }));
    await network.clock.run(600_000);
    expect(node.peers).toEqual([]);
    expect(node.sent).toEqual({ BOOTSTRAP: 1 });
  });

  test.each([
    ['go', ['SYNC about joiner from seed']],
    ['ts', []],
  ] as const)('a %s seed tells the others of a joiner, or not', async (flavour, expected) => {
    const network = new Network();
    const seed = network.node({ id: 'seed', flavour });
    const heard = network.recorder(FIRST);
    deliver(seed.node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('other', FIRST) });
    const joiner = network.node({ id: 'joiner', seeds: [seed.address] });
    joiner.node.start();
    await network.clock.run(1000);
    expect(heard.map(({ json }) => `${json.type} about ${json.node_info.id} from ${json.from}`)).toEqual(expected);
    expect(joiner.node.peers).toEqual(['other', 'seed']);
    expect(seed.node.peers).toEqual(['other', 'joiner']);
  });

  test('a go seed tries hearsay that failed again after 1, 2 and 4 s, then no more', async () => {
    const network = new Network();
    const seed = network.node({ id: 'seed', flavour: 'go' });
    const triedMs: number[] = [];
    network.listen(FIRST, () => {
      triedMs.push(network.clock.monotonicMs());
      return { status: 429, body: new Uint8Array() };
    });
    deliver(seed.node, { type: 'SYNC', from: 'x', message_id: 's', node_info: infoOf('other', FIRST) });
    network.node({ id: 'joiner', seeds: [seed.address] }).node.start();
    await network.clock.run(25_000);
    const gaps = triedMs.slice(1).map((at, i) => at - (triedMs[i] ?? 0));
    expect(gaps).toEqual([1010, 2010, 4010]);
  });

  test('stopping cancels every timer and ends every send', async () => {
    const network = new Network();
    const a = network.node();
    const b = network.node({ seeds: [a.address] });
    a.node.start();
    b.node.start();
    await network.clock.run(45_000);
    const pending = a.node.put('k', new Uint8Array(1), 300);
    a.stop();
    b.stop();
    expect(await pending).toBe(202);
    expect(await a.node.put('k', new Uint8Array(1), 300)).toBe(202);
    await network.clock.run(6000);
    expect(network.clock.pendingTimers).toBe(0);
    const sent = a.node.sent;
    await network.clock.run(120_000);
    expect(a.node.sent).toEqual(sent);
  });

  test('a path that peers do not use is not found', () => {
    const { node } = new Network().node({ flavour: 'ts' });
    expect(textOf(node.answer('/nope', {}, new Uint8Array()))).toBe('Not found');
  });
});
