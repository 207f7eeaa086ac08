import { setTimeout as delay } from 'node:timers/promises';
import { type Check, type Group, passed } from '../check.js';
import { expect } from '../expect.js';
import type { Arena } from './arena.js';
import type { NodeProcess } from './node-process.js';

const ATTEMPTS = 4;
/** Both writes have to fall into what is left of the second after this. */
const EARLY_MS = 150;

/** Writes on one node and then on another within one wire second; false where the second ended in between. */
async function overwriteWithinSecond(
  arena: Arena,
  key: string,
  first: NodeProcess,
  second: NodeProcess,
): Promise<boolean> {
  const { nodes } = await arena.main();
  const intoSecondMs = Date.now() % 1000;
  if (intoSecondMs > EARLY_MS) await delay(1000 - intoSecondMs + 5);
  const startedSecond = Math.floor(Date.now() / 1000);
  await first.client.put(key, 'old');
  await arena.untilReadable(nodes, key, 'old');
  await second.client.put(key, 'new');
  return Math.floor(Date.now() / 1000) === startedSecond;
}

const sameSecond: Check<Arena> = {
  id: 'cluster.overwrite-same-second',
  title: 'A write replaces the one made on another node in the same second, on every node',
  reference: 'Messages: timestamp',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    for (const first of nodes) {
      for (const second of nodes.filter((node) => node !== first)) {
        let within = false;
        let key = '';
        for (let attempt = 0; attempt < ATTEMPTS && !within; attempt += 1) {
          key = arena.key(`over-${first.id}-${second.id}-${attempt}`);
          within = await overwriteWithinSecond(arena, key, first, second);
        }
        expect(within, `the two writes never fell into one second`);
        await arena.untilReadable(nodes, key, 'new').catch((error: Error) => {
          throw new Error(`${first.name}, then ${second.name}: ${error.message}`);
        });
      }
    }
    return passed(`${nodes.length * (nodes.length - 1)} ordered pairs`);
  },
};

const later: Check<Arena> = {
  id: 'cluster.overwrite-later',
  title: 'So it does seconds later, with another length and TTL',
  reference: 'Messages: PUT',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    const key = arena.key('over-later');
    for (const node of nodes) {
      const value = `written by ${node.id} ${'.'.repeat(nodes.indexOf(node) * 10)}`;
      await node.client.put(key, value);
      await arena.untilReadable(nodes, key, value);
      await delay(1000);
    }
    return passed();
  },
};

export const overwritesGroup: Group<Arena> = { title: 'Overwriting', checks: [sameSecond, later] };
