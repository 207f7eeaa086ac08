import { afterEach, expect, test } from 'vitest';
import { oldPeersGroup } from '../../scripts/live-wire-compat/single/old-peers.js';
import { Subject } from '../../scripts/live-wire-compat/single/subject.js';
import type { RunningNode } from '../../src/node/node.js';
import { startTestNode } from './support/test-node.js';

const TIMING = { answerMs: 4000, quietMs: 300, writeMs: 5000, silenceMs: 17_000 };

const running: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
});

async function start(peers: readonly RunningNode[] = []): Promise<RunningNode> {
  const seeds = peers.map(({ port }) => ({ host: '127.0.0.1', port }));
  const node = await startTestNode({ profile: 'local', peers: seeds });
  running.push({ close: () => node.stop() });
  return node;
}

/** How many messages of that type the nodes have sent. */
async function sent(nodes: readonly RunningNode[], type: string): Promise<number> {
  const line = new RegExp(`^repram_messages_sent_total\\{type="${type}"\\} (\\d+)$`, 'm');
  const counts = nodes.map(async ({ port }) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/metrics`);
    return Number(line.exec(await answer.text())?.[1] ?? 0);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

test('OldPeers_AreSentNothingNew_WhileOursTellEachOtherOfADeath', async () => {
  const node = await start();
  const nodes = [node, await start([node]), await start([node])];
  const subject = await Subject.meet({ url: new URL(`http://127.0.0.1:${node.port}`), strict: true, timing: TIMING });
  running.unshift(subject);
  for (const check of oldPeersGroup.checks) expect(await check.run(subject)).toMatchObject({ kind: 'passed' });
  expect(await sent(nodes, 'NEWS')).toBeGreaterThan(0);
  expect(await sent(nodes, 'PINGREQ')).toBeGreaterThan(0);
});
