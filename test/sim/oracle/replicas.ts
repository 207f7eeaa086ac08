import type { Entry } from '../../../src/gossip/ports/store.js';
import { compareVersions } from '../../support/history/version-order.js';
import { textOf } from '../world/clients.js';
import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import { versionText } from '../world/texts.js';
import type { World } from '../world/world.js';
import type { Ledger } from './ledger.js';
import { INVARIANTS, type InvariantName } from './names.js';

/** What is wrong with whom: with a member, or with a transient that lacks what its enclave holds. */
export interface Difference {
  readonly invariant: InvariantName;
  readonly detail: string;
}

/** At rest: every node of ours in an enclave holds the same version, in the same bytes, of every key that lives. */
export function checkReplicas(world: World, ledger: Ledger): void {
  const difference = firstDifference(world, ledger);
  if (difference !== undefined) world.violated(difference.invariant, difference.detail);
}

/**
 * Where replicas differ; `undefined` where they do not. Members are compared first, and what transients hold counts as
 * held by their enclave: who lost everything is given it by them. Nothing is claimed of nodes whose room is limited, nor
 * of keys that were written through a node of the old protocol, whose writes carry no version.
 */
export function firstDifference(world: World, ledger: Ledger): Difference | undefined {
  const all = [...world.members, ...world.transients];
  for (const enclave of new Set(all.map((node) => node.enclave))) {
    const nodes = all.filter((node) => node.enclave === enclave && node.config.maxStorageBytes === 0);
    const keys = new Set<string>();
    for (const node of nodes) for (const { key, write } of ledger.copies(node)) if (isVersioned(write)) keys.add(key);
    for (const key of keys) {
      const difference = differenceOf(ledger, nodes, key);
      if (difference !== undefined) return difference;
    }
  }
  return undefined;
}

function isVersioned(write: WriteOperation | undefined): boolean {
  return write?.host.kind !== 'legacy';
}

/** Compares all with the first that holds anything. One that holds nothing is excused where that may have expired. */
function differenceOf(ledger: Ledger, nodes: readonly SimNode[], key: string): Difference | undefined {
  const reference = nodes.find((node) => node.core.store.get(key) !== undefined);
  const expected = reference?.core.store.get(key);
  const copy = reference && ledger.copy(reference, key);
  if (reference === undefined || expected === undefined || copy === undefined || !isVersioned(copy.write))
    return undefined;
  for (const node of nodes) {
    const held = node.core.store.get(key);
    if (isSame(held, expected) || (held === undefined && !ledger.isOwed(node, copy))) continue;
    const detail = `${node.id} holds ${textOfEntry(held)} of ${key}, and ${reference.id} ${textOfEntry(expected)}`;
    return { invariant: node.isTransient ? INVARIANTS.carried : INVARIANTS.replicas, detail };
  }
  return undefined;
}

function isSame(held: Entry | undefined, expected: Entry): boolean {
  if (held === undefined || compareVersions(held.version, expected.version) !== 0) return false;
  return textOf(held.bytes) === textOf(expected.bytes);
}

function textOfEntry(entry: Entry | undefined): string {
  if (entry === undefined) return 'nothing';
  return `version ${versionText(entry.version)}, "${textOf(entry.bytes).slice(0, 40)}"`;
}
