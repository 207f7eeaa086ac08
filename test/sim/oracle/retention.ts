import { compareVersions } from '../../support/history/version-order.js';
import type { SimNode } from '../world/node.js';
import type { ReadOperation } from '../world/operation.js';
import { momentText, versionText } from '../world/texts.js';
import type { World } from '../world/world.js';
import type { Invariant, Sighting } from './invariant.js';
import { type Copy, isOurs, type Ledger } from './ledger.js';
import { INVARIANTS } from './names.js';

/** Copies of each process looked at in a second; the next second goes on with the next ones. */
const LOOKS_PER_SECOND = 64;

interface Touched {
  readonly node: SimNode;
  readonly key: string;
  /** The copy held before, where a write came whose time was over. */
  readonly superseded: Copy | undefined;
}

/** A process that stored a version holds that or a newer one until it expires by the process's own wall clock. */
export class StoredIsKept implements Invariant {
  readonly #world: World;
  readonly #ledger: Ledger;
  /** Keys given to a process to store in this step. Emptied after each. */
  readonly #touched: Touched[] = [];
  /** Copies of each process yet to be looked at in this round. Bounded by what it holds. */
  readonly #rounds = new WeakMap<SimNode, string[]>();

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  offered({ node, entry, outcome, before }: Sighting): void {
    if (before === undefined) return;
    this.#touched.push({ node, key: entry.key, superseded: outcome === 'expired' ? before : undefined });
    if (
      outcome !== 'stored' ||
      compareVersions(entry.version, before.version) >= 0 ||
      !this.#ledger.isOwed(node, before)
    )
      return;
    const detail = `${node.id} replaced version ${versionText(before.version)} of ${entry.key} by the older ${versionText(entry.version)}`;
    this.#world.violated(INVARIANTS.retention, detail);
  }

  read({ host, key, value }: ReadOperation): void {
    if (!isOurs(host)) return;
    const copy = this.#ledger.copy(host, key);
    if (copy === undefined || value === copy.value || !this.#ledger.isOwed(host, copy)) return;
    const read = value === undefined ? 'nothing' : `"${value.slice(0, 40)}"`;
    this.#world.violated(INVARIANTS.retention, `a read at ${host.id} found ${read}${instead(host, copy)}`);
  }

  stepped(): void {
    if (this.#touched.length === 0) return;
    for (const { node, key, superseded } of this.#touched) {
      const copy = this.#ledger.copy(node, key);
      this.#look(node, copy);
      if (copy === undefined && superseded !== undefined) this.#lookForSuperseded(node, superseded);
    }
    this.#touched.length = 0;
  }

  scan(): void {
    for (const node of this.#world.nodes) {
      let keys = this.#rounds.get(node);
      if (keys === undefined || keys.length === 0) {
        keys = [...this.#ledger.copies(node)].map((copy) => copy.key);
        this.#rounds.set(node, keys);
      }
      for (const key of keys.splice(0, LOOKS_PER_SECOND)) this.#look(node, this.#ledger.copy(node, key));
    }
  }

  rest(): void {
    for (const node of this.#world.nodes) for (const copy of this.#ledger.copies(node)) this.#look(node, copy);
  }

  #lookForSuperseded(node: SimNode, copy: Copy): void {
    const held = node.core.store.get(copy.key);
    if (held === undefined || compareVersions(held.version, copy.version) !== 0) return;
    const detail = `${node.id} still holds version ${versionText(copy.version)} of ${copy.key}, which a newer one that has expired superseded`;
    this.#world.violated(INVARIANTS.retention, detail);
  }

  #look(node: SimNode, copy: Copy | undefined): void {
    if (copy === undefined || node.process.hasEnded || !this.#ledger.isOwed(node, copy)) return;
    const held = node.core.store.get(copy.key);
    if (held !== undefined && compareVersions(held.version, copy.version) === 0) return;
    const what = held === undefined ? 'nothing' : `version ${versionText(held.version)}`;
    this.#world.violated(INVARIANTS.retention, `${node.id} holds ${what}${instead(node, copy)}`);
  }
}

function instead(node: SimNode, copy: Copy): string {
  return (
    ` of ${copy.key} instead of version ${versionText(copy.version)}, stored at ${copy.storedMs.toFixed(0)} ms, ` +
    `which expires at ${momentText(copy.expiresAtMs)}; its clock shows ${momentText(node.clock.nowMs())}`
  );
}
