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
  /**
   * Where there are transients: somebody lacks what a newer write had replaced, and that one has expired lately. Who knows of
   * it refuses the older value for a while. A write that came no further than an outbox nobody else knows of; and what has been
   * removed, a transient may bring back that compares later than the newer version is told of.
   */
  readonly isOutlived: boolean;
  /**
   * World time from which the newer of two versions counts everywhere: until a clock has come to within a minute of it, each
   * replica but those that had it of its writer holds it back to a version of its own.
   */
  readonly countsFromMs: number;
}

/** How far ahead of a clock a version is taken as it is, in milliseconds. */
const MAX_AHEAD_MS = 60_000;

/**
 * How long what has expired may keep away what is older, in milliseconds: it is remembered for a minute, where it was heard of
 * late for 20 s from then, and afterwards some rounds of repair have to pass.
 */
export const OUTLIVED_MS: number = 60_000 + 20_000 + 45_000;

/** At rest: every node of ours in an enclave holds the same version, in the same bytes, of every key that lives. */
export function checkReplicas(world: World, ledger: Ledger): void {
  const difference = firstDifference(world, ledger);
  if (difference !== undefined) world.violated(difference.invariant, difference.detail);
}

/**
 * Where replicas differ; `undefined` where they do not. Members are compared first, and what transients hold counts as
 * held by their enclave: who lost everything is given it by them. What is outlived, or does not count yet, comes last. Nothing is claimed of nodes
 * whose room is limited, nor of keys that were written through a node of the old protocol, whose writes carry no version.
 */
export function firstDifference(world: World, ledger: Ledger): Difference | undefined {
  let excused: Difference | undefined;
  for (const difference of differences(world, ledger)) {
    if (!difference.isOutlived && difference.countsFromMs <= world.elapsedMs) return difference;
    excused ??= difference;
  }
  return excused;
}

function* differences(world: World, ledger: Ledger): Generator<Difference, void, undefined> {
  const all = [...world.members, ...world.transients];
  for (const enclave of new Set(all.map((node) => node.enclave))) {
    const nodes = all.filter((node) => node.enclave === enclave && node.config.maxStorageBytes === 0);
    const keys = new Set<string>();
    for (const node of nodes) for (const { key, write } of ledger.copies(node)) if (isVersioned(write)) keys.add(key);
    for (const key of keys) {
      yield* differencesOf(world, ledger, nodes, key);
    }
  }
}

function isVersioned(write: WriteOperation | undefined): boolean {
  return write?.host.kind !== 'legacy';
}

/** Compares all with the first that holds anything. One that holds nothing is excused where that may have expired. */
function* differencesOf(
  world: World,
  ledger: Ledger,
  nodes: readonly SimNode[],
  key: string,
): Generator<Difference, void, undefined> {
  const reference = nodes.find((node) => node.core.store.get(key) !== undefined);
  const expected = reference?.core.store.get(key);
  const copy = reference && ledger.copy(reference, key);
  if (reference === undefined || expected === undefined || copy === undefined || !isVersioned(copy.write)) return;
  for (const node of nodes) {
    const held = node.core.store.get(key);
    if (isSame(held, expected) || (held === undefined && !ledger.isOwed(node, copy))) continue;
    const detail = `${node.id} holds ${textOfEntry(held)} of ${key}, and ${reference.id} ${textOfEntry(expected)}`;
    const isOutlived = held === undefined && world.transients.length > 0 && isReplaced(world, expected, node);
    const countsFromMs = held === undefined ? Number.NEGATIVE_INFINITY : countFromMs(world, [held, expected]);
    yield { invariant: node.isTransient ? INVARIANTS.carried : INVARIANTS.replicas, detail, isOutlived, countsFromMs };
  }
}

function isReplaced({ clients, trueMs }: World, { key, version }: Entry, { enclave }: SimNode): boolean {
  return [...clients.writes.values()].some((write) => {
    if (write.key !== key || write.host.enclave !== enclave) return false;
    if (write.version === undefined || write.expiresAtMs === undefined) return false;
    const isRecent = trueMs >= write.expiresAtMs && trueMs - write.expiresAtMs < OUTLIVED_MS;
    return isRecent && compareVersions(write.version, version) > 0;
  });
}

/** By right clocks, as they are at rest. */
function countFromMs(world: World, entries: readonly Entry[]): number {
  const latestMs = Math.max(...entries.map(({ version }) => version.ms));
  return latestMs - MAX_AHEAD_MS - (world.trueMs - world.elapsedMs);
}

function isSame(held: Entry | undefined, expected: Entry): boolean {
  if (held === undefined || compareVersions(held.version, expected.version) !== 0) return false;
  return textOf(held.bytes) === textOf(expected.bytes);
}

function textOfEntry(entry: Entry | undefined): string {
  if (entry === undefined) return 'nothing';
  return `version ${versionText(entry.version)}, "${textOf(entry.bytes).slice(0, 40)}"`;
}
