import { type Conditions, SOUND } from './conditions.js';
import type { Machine } from './machine.js';

/** What is changed of the conditions of a link; the rest stays. */
export type Override = Partial<Conditions>;

/**
 * The conditions of links between machines. Every direction of every link has its own: those of the network, changed by
 * those of its two machines, changed by its own.
 */
export class Links {
  /** Bounded by the machines of the run, as pairs of them bound the others. */
  readonly #ofMachine = new Map<Machine, Override>();
  readonly #ofLink = new Map<string, Override>();
  /** What the layers come to, by link, until one of them changes. */
  readonly #effective = new Map<string, Conditions>();
  #base: Conditions = SOUND;

  /** The conditions of every link that has no others of its own. */
  setBase(conditions: Override): void {
    this.#base = { ...SOUND, ...conditions };
    this.#effective.clear();
  }

  /** Changes the conditions of everything one machine sends and receives; `undefined` takes that back. */
  setMachine(machine: Machine, conditions: Override | undefined): void {
    if (conditions === undefined) this.#ofMachine.delete(machine);
    else this.#ofMachine.set(machine, conditions);
    this.#effective.clear();
  }

  /** Changes the conditions of one direction of one link; `undefined` takes that back. */
  setLink(from: Machine, to: Machine, conditions: Override | undefined): void {
    const name = linkName(from, to);
    if (conditions === undefined) this.#ofLink.delete(name);
    else this.#ofLink.set(name, conditions);
    this.#effective.delete(name);
  }

  /** Cuts every link between machines of different groups, both ways. */
  partition(groups: readonly (readonly Machine[])[], path: 'silent' | 'refused' | 'reset'): void {
    for (const group of groups) {
      for (const other of groups) {
        if (group === other) continue;
        for (const from of group) for (const to of other) this.setLink(from, to, { path });
      }
    }
  }

  /** Makes every link as sound as a local network. */
  heal(): void {
    this.#base = SOUND;
    this.#ofMachine.clear();
    this.#ofLink.clear();
    this.#effective.clear();
  }

  conditions(from: Machine, to: Machine): Conditions {
    if (this.#ofMachine.size === 0 && this.#ofLink.size === 0) return this.#base;
    const name = linkName(from, to);
    let conditions = this.#effective.get(name);
    if (conditions === undefined) {
      conditions = {
        ...this.#base,
        ...this.#ofMachine.get(from),
        ...this.#ofMachine.get(to),
        ...this.#ofLink.get(name),
      };
      this.#effective.set(name, conditions);
    }
    return conditions;
  }
}

/** Names one direction of one link. */
export function linkName(from: Machine, to: Machine): string {
  return `${from.index}>${to.index}`;
}
