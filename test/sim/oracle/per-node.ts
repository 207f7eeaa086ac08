import type { SimNode } from '../world/node.js';

/**
 * What an oracle knows by process, and then by id or another key. Bounded by the processes of the run unless they are
 * forgotten, and for each by what its user puts into it.
 */
export class PerNode<Key, Value> {
  readonly #maps = new Map<SimNode, Map<Key, Value>>();

  /** What is known of one process, to read and to change. */
  of(node: SimNode): Map<Key, Value> {
    let map = this.#maps.get(node);
    if (map === undefined) {
      map = new Map();
      this.#maps.set(node, map);
    }
    return map;
  }

  /** One value of one process; `make` says what it begins with. */
  get(node: SimNode, key: Key, make: () => Value): Value {
    const map = this.of(node);
    let value = map.get(key);
    if (value === undefined) {
      value = make();
      map.set(key, value);
    }
    return value;
  }

  /** What is known of every process, in the order they were first seen. */
  all(): Iterable<Map<Key, Value>> {
    return this.#maps.values();
  }

  forget(node: SimNode): void {
    this.#maps.delete(node);
  }
}
