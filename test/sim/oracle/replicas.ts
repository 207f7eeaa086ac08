import type { Entry } from '../../../src/gossip/ports/store.js';
import { compareVersions } from '../../support/history/version-order.js';
import { textOf } from '../world/clients.js';
import type { SimNode } from '../world/node.js';
import { versionText } from '../world/texts.js';
import type { World } from '../world/world.js';
import type { Ledger } from './ledger.js';
import { INVARIANTS } from './names.js';

/** At rest: every node of ours in an enclave holds the same version, in the same bytes, of every key that lives. */
export function checkReplicas(world: World, ledger: Ledger): void {
  for (const enclave of new Set(world.nodes.map((node) => node.enclave))) {
    const nodes = world.nodes.filter((node) => node.enclave === enclave);
    const keys = new Set(nodes.flatMap((node) => [...ledger.copies(node)].map(({ key }) => key)));
    for (const key of keys) checkKey(world, ledger, nodes, key);
  }
}

/** Compares all with the first that holds anything. One that holds nothing is excused where that may have expired. */
function checkKey(world: World, ledger: Ledger, nodes: readonly SimNode[], key: string): void {
  const reference = nodes.find((node) => node.core.store.get(key) !== undefined);
  const expected = reference?.core.store.get(key);
  const copy = reference && ledger.copy(reference, key);
  if (reference === undefined || expected === undefined || copy === undefined) return;
  for (const node of nodes) {
    const held = node.core.store.get(key);
    if (isSame(held, expected) || (held === undefined && !ledger.isOwed(node, copy))) continue;
    const detail = `${node.id} holds ${textOfEntry(held)} of ${key}, and ${reference.id} ${textOfEntry(expected)}`;
    world.violated(INVARIANTS.replicas, detail);
  }
}

function isSame(held: Entry | undefined, expected: Entry): boolean {
  if (held === undefined || compareVersions(held.version, expected.version) !== 0) return false;
  return textOf(held.bytes) === textOf(expected.bytes);
}

function textOfEntry(entry: Entry | undefined): string {
  if (entry === undefined) return 'nothing';
  return `version ${versionText(entry.version)}, "${textOf(entry.bytes).slice(0, 40)}"`;
}
