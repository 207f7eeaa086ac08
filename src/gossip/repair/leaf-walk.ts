import type { Entry, Inventory } from '../ports/store.js';
import { leafOf } from './key-space.js';

/**
 * The entries of `leaves`, leaf by leaf in the order given and by key within each; where a cursor is given, those behind
 * the key that it is. A key tells its place even when its entry is gone. One of another leaf leads to the beginning.
 */
export function* walkLeaves(
  inventory: Inventory,
  leaves: readonly number[],
  cursor: string | undefined,
): Generator<Entry, void, undefined> {
  const start = cursor === undefined ? 0 : Math.max(0, leaves.indexOf(leafOf(cursor)));
  const isResumed = cursor !== undefined && leaves[start] === leafOf(cursor);
  for (const [at, leaf] of leaves.slice(start).entries()) {
    yield* inventory.after(leaf, isResumed && at === 0 ? cursor : '');
  }
}
