import { compareVersions } from '../../support/history/version-order.js';
import { VIRTUAL_START_MS } from '../../support/virtual-clock.js';
import type { SimNode } from '../world/node.js';
import type { ReadOperation } from '../world/operation.js';
import { momentText, versionText } from '../world/texts.js';
import type { World } from '../world/world.js';
import { derivedExpiryMs } from './expected-expiry.js';
import type { Invariant, Sighting } from './invariant.js';
import { type Copy, isOurs, type Ledger } from './ledger.js';
import { INVARIANTS } from './names.js';

/** Most moments at which a look is planned. What is stored beyond is left to the reads of clients. */
const MAX_PLANNED = 10_000;

/** Copies of each process looked at in a second, besides. */
const LOOKS_PER_SECOND = 64;

interface Planned {
  readonly node: SimNode;
  readonly copy: Copy;
}

/**
 * A value is gone from the moment on at which it expires, by its holder's own clock, whether read or listed. Looks at
 * every copy at that moment and a millisecond later, besides what clients read.
 */
export class ExpiredIsGone implements Invariant {
  readonly #world: World;
  readonly #ledger: Ledger;
  /** By world time: replicas whose clocks agree are looked at together. Bounded by `MAX_PLANNED`. */
  readonly #planned = new Map<number, Planned[]>();

  constructor(world: World, ledger: Ledger) {
    this.#world = world;
    this.#ledger = ledger;
  }

  offered({ node, entry, outcome, write, copy }: Sighting): void {
    const nowMs = node.clock.nowMs();
    if (outcome === 'expired' && nowMs < derivedExpiryMs(node, entry, write)) {
      const detail = `${node.id} refused version ${versionText(entry.version)} of ${entry.key} as expired at ${momentText(nowMs)} of its clock`;
      this.#world.violated(INVARIANTS.lifetime, detail);
    }
    if (copy === undefined) return;
    if (entry.expiresAtMs !== copy.expiresAtMs) {
      const detail =
        `${node.id} keeps version ${versionText(entry.version)} of ${entry.key} until ${entry.expiresAtMs}, ` +
        `where its write says ${copy.expiresAtMs}`;
      this.#world.violated(INVARIANTS.lifetime, detail);
    }
    this.#plan(node, copy);
  }

  read({ host, key, value, nodeWallMs }: ReadOperation): void {
    if (value === undefined || !isOurs(host)) return;
    const copy = this.#ledger.copy(host, key);
    if (copy?.value !== value || nodeWallMs < copy.expiresAtMs) return;
    this.#world.violated(
      INVARIANTS.expiry,
      `a read at ${host.id} found ${text(copy)}; its clock shows ${momentText(nodeWallMs)}`,
    );
  }

  scan(): void {
    for (const node of this.#world.nodes) {
      let looks = 0;
      for (const copy of this.#ledger.copies(node)) {
        if (copy.expiresAtMs > node.clock.nowMs()) continue;
        this.#look({ node, copy });
        if (++looks >= LOOKS_PER_SECOND) break;
      }
    }
  }

  #plan(node: SimNode, copy: Copy): void {
    const atMs = copy.expiresAtMs - VIRTUAL_START_MS - node.machine.wall.offsetMs;
    const planned = this.#planned.get(atMs);
    if (planned !== undefined) planned.push({ node, copy });
    if (planned !== undefined || this.#planned.size >= MAX_PLANNED) return;
    this.#planned.set(atMs, [{ node, copy }]);
    this.#world.after(atMs - this.#world.elapsedMs, () => this.#lookTwice(atMs));
  }

  #lookTwice(atMs: number): void {
    const due = this.#planned.get(atMs) ?? [];
    this.#planned.delete(atMs);
    for (const planned of due) this.#look(planned);
    this.#world.after(1, () => {
      for (const planned of due) this.#look(planned);
    });
  }

  /**
   * Where the clock was set back meanwhile, the value has its time again. A version that was clamped may name a later
   * write too, which is judged by its own expiry.
   */
  #look({ node, copy }: Planned): void {
    if (node.process.hasEnded || node.clock.nowMs() < copy.expiresAtMs) return;
    const latest = this.#ledger.copy(node, copy.key);
    if (latest !== undefined && latest !== copy) return;
    const { store } = node.core;
    const held = store.get(copy.key);
    const isServed = held !== undefined && compareVersions(held.version, copy.version) === 0;
    const isListed = held === undefined && store.keys({ prefix: copy.key, limit: 1 }).keys[0] === copy.key;
    if (!isServed && !isListed) return;
    const verb = isServed ? 'serves' : 'lists';
    this.#world.violated(
      INVARIANTS.expiry,
      `${node.id} ${verb} ${text(copy)}; its clock shows ${momentText(node.clock.nowMs())}`,
    );
  }
}

function text(copy: Copy): string {
  return `version ${versionText(copy.version)} of ${copy.key}, which expired at ${momentText(copy.expiresAtMs)}`;
}
