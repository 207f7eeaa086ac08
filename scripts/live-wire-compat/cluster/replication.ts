import { type Check, type Group, passed } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { eventually } from '../wait.js';
import { ARENA_MIN_TTL_S, type Arena } from './arena.js';

const everyWay: Check<Arena> = {
  id: 'cluster.write-each-read-all',
  title: 'A write on any node is 201 and readable on all',
  reference: 'Messages: PUT',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    let slowestMs = 0;
    for (const node of nodes) {
      const key = arena.key(`from-${node.id}`);
      const answer = await node.client.put(key, `by ${node.id}`);
      expectEqual(answer.status, 201, `PUT on ${node.name}`);
      const { elapsedMs } = await arena.untilReadable(nodes, key, `by ${node.id}`);
      slowestMs = Math.max(slowestMs, elapsedMs);
    }
    return passed(`readable everywhere within ${Math.round(slowestMs)} ms`, { slowestMs: Math.round(slowestMs) });
  },
};

const shapes: Check<Arena> = {
  id: 'cluster.values',
  title: 'Binary, empty and large values arrive unchanged from any node',
  reference: 'Messages: data',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    const values: [string, Buffer][] = [
      ['binary', Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
      ['empty', Buffer.alloc(0)],
      ['one-mib', Buffer.alloc(1024 * 1024, 'repram \u00e4')],
    ];
    for (const node of nodes) {
      for (const [name, bytes] of values) {
        const key = arena.key(`${name}-${node.id}`);
        const { status } = await node.client.put(key, bytes);
        expect(status === 201 || status === 202, `PUT ${name} on ${node.name}: ${status}`);
        await arena.untilReadable(nodes, key, bytes);
      }
    }
    return passed();
  },
};

const oddKeys: Check<Arena> = {
  id: 'cluster.keys',
  title: 'Keys with spaces, percent signs and UTF-8 mean the same on every node',
  reference: 'Client API: PUT',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    for (const node of nodes) {
      const key = arena.key(`odd ${node.id} 100%25 ümlaut-日本-🙂 a&b=c+d`);
      await node.client.put(key, 'odd');
      await arena.untilReadable(nodes, key, 'odd');
    }
    return passed();
  },
};

const head: Check<Arena> = {
  id: 'cluster.head',
  title: 'HEAD agrees on every node: length, original TTL and, to two seconds, the time left',
  reference: 'Client API: HEAD',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    for (const node of nodes) {
      const key = arena.key(`head-${node.id}`);
      await node.client.put(key, 'seven b', 1234);
      await arena.untilReadable(nodes, key, 'seven b');
      for (const other of nodes) {
        const { status, headers } = await other.client.get(key, 'HEAD');
        expectEqual(status, 200, `HEAD on ${other.name}`);
        expectEqual(headers['content-length'], '7', `Content-Length on ${other.name}`);
        expectEqual(headers['x-original-ttl'], '1234', `X-Original-TTL on ${other.name}`);
        const left = Number(headers['x-remaining-ttl']);
        expect(left <= 1234 && left >= 1231, `X-Remaining-TTL on ${other.name}: ${left}`);
      }
    }
    return passed();
  },
};

const listing: Check<Arena> = {
  id: 'cluster.listing',
  title: 'Every node lists the same keys in the same order',
  reference: 'Client API: /v1/keys',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    const expected = nodes.flatMap((_, index) => ['A', 'b', 'c-d'].map((name) => arena.key(`list-${name}-${index}`)));
    for (const [index, node] of nodes.entries()) {
      for (const name of ['c-d', 'A', 'b']) await node.client.put(arena.key(`list-${name}-${index}`), 'x');
    }
    const sorted = JSON.stringify([...expected].sort());
    for (const node of nodes) {
      await eventually(`the listing of ${node.name}`, { timeoutMs: 5000 }, async () => {
        const listed = JSON.stringify(await node.client.keys(arena.key('list-')));
        if (listed !== sorted) throw new Error(`listed ${listed}, expected ${sorted}`);
        return true;
      });
    }
    return passed();
  },
};

const expiry: Check<Arena> = {
  id: 'cluster.expiry',
  title: 'A value is gone from every node when its TTL has passed',
  reference: 'Client API: GET',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    const [first] = nodes;
    const key = arena.key('expiry');
    await first?.client.put(key, 'brief', ARENA_MIN_TTL_S);
    await arena.untilReadable(nodes, key, 'brief');
    // Peers start the TTL when the message arrives, so a second later than the origin at the most.
    const patience = { timeoutMs: (ARENA_MIN_TTL_S + 2) * 1000 };
    await eventually('404 on every node', patience, async () => {
      const answers = await Promise.all(nodes.map((node) => node.client.get(key)));
      return answers.every((answer) => answer.status === 404) ? true : undefined;
    });
    return passed();
  },
};

export const replicationGroup: Group<Arena> = {
  title: 'Replication',
  checks: [everyWay, shapes, oddKeys, head, listing, expiry],
};
