import { createRequire } from 'node:module';
import type sortedBtree from 'sorted-btree';

type Module = typeof sortedBtree;

/**
 * A sorted map in memory (B+ tree). The package is CommonJS marked as a module: what `import` makes of its default
 * export depends on who loads it (Node, Vitest, bundlers), what `require` gives does not.
 */
export const BTree: Module['default'] = (createRequire(import.meta.url)('sorted-btree') as Module).default;
export type BTree<K, V> = sortedBtree.default<K, V>;
