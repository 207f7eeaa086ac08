import type { Conditions } from '../world/conditions.js';
import type { Machine } from '../world/machine.js';
import type { Network } from '../world/network.js';

/** What a fault does to one direction of a link. */
export interface LinkChange {
  readonly from: Machine;
  readonly to: Machine;
  readonly conditions: Partial<Conditions>;
}

/** Lets faults overlap on a link: when one ends, what the others did to the link is as it was. Later ones win. */
export class LinkLayers {
  readonly #network: Network;
  /** In order of their beginning. Bounded by the faults at a time. */
  readonly #layers = new Set<readonly LinkChange[]>();

  constructor(network: Network) {
    this.#network = network;
  }

  /** Lays changes over those that are there. Returns what takes them off again. */
  lay(changes: readonly LinkChange[]): () => void {
    this.#layers.add(changes);
    for (const change of changes) this.#apply(change);
    return () => {
      if (!this.#layers.delete(changes)) return;
      for (const change of changes) this.#apply(change);
    };
  }

  #apply({ from, to }: LinkChange): void {
    let conditions: Partial<Conditions> | undefined;
    for (const layer of this.#layers) {
      for (const change of layer) {
        if (change.from === from && change.to === to) conditions = { ...conditions, ...change.conditions };
      }
    }
    this.#network.setLink(from, to, conditions);
  }
}
