import { type Check, type Group, passed } from '../check.js';
import { expect } from '../expect.js';
import type { Arena } from './arena.js';

const complete: Check<Arena> = {
  id: 'cluster.complete',
  title: 'Nodes started one after the other, each seeded with those before, all list each other',
  reference: 'Bootstrap; Messages: SYNC',
  level: 'required',
  async run(arena) {
    const cluster = await arena.main();
    const names = cluster.nodes.map((node) => node.name).join(', ');
    const formedMs = Math.round(arena.formedMs);
    return passed(`${names}: ${formedMs} ms after the last start`, { nodes: cluster.nodes.length, formedMs });
  },
};

const enclaves: Check<Arena> = {
  id: 'cluster.enclaves-listed',
  title: 'Every node lists every other under its enclave',
  reference: 'Messages: enclave',
  level: 'required',
  async run(arena) {
    const { nodes } = await arena.main();
    for (const node of nodes) {
      for (const [id, enclave] of await node.client.peers()) {
        const other = nodes.find((candidate) => candidate.id === id);
        expect(other === undefined || enclave === other.settings.enclave, `${node.name} has ${id} in ${enclave}`);
      }
    }
    return passed();
  },
};

export const formationGroup: Group<Arena> = { title: 'Formation', checks: [complete, enclaves] };
