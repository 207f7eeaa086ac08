import { compareVersions } from '../../support/history/version-order.js';
import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import { momentText, versionText } from '../world/texts.js';
import type { World } from '../world/world.js';
import { writeText } from './describe.js';
import type { Invariant, Sighting } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';

/** No version is taken as further ahead of a node's clock, in milliseconds. */
const MAX_AHEAD_MS = 60_000;

/**
 * A version names one write: no two writes of a key share one, every replica of a write has the same, and a node's own
 * write is above all it held before. Of writes of the old protocol, which carry none, nothing is claimed.
 */
export class VersionsAreNames implements Invariant {
  readonly #world: World;
  /** By key and version. Bounded by the writes of the run. */
  readonly #writes = new Map<string, WriteOperation>();

  /** Writes that some node has been given. */
  readonly #offered = new WeakSet<WriteOperation>();
  /** As of when nodes have taken writes of the far future. Bounded by the nodes, and by what repair gives them. */
  readonly #bounds = new WeakMap<WriteOperation, Set<number>>();

  constructor(world: World) {
    this.#world = world;
  }

  offered({ node, entry, outcome, write, before }: Sighting): void {
    const { version, key } = entry;
    if (write?.host !== node && outcome === 'stored' && version.ms > node.clock.nowMs() + MAX_AHEAD_MS) {
      this.#violated(
        `${node.id}, whose clock shows ${momentText(node.clock.nowMs())}, took version ${versionText(version)} of ${key}`,
      );
    }
    if (write?.version === undefined || !isOurs(write.host) || outcome === 'full') return;
    const isNew = !this.#offered.has(write);
    this.#offered.add(write);
    if (isNew && write.host === node && outcome === 'stale') {
      const held = before === undefined ? 'what had expired' : versionText(before.version);
      this.#violated(`${writeText(write)} was older than what its origin held: ${held}`);
    }
    if (compareVersions(version, write.version) === 0) this.#claim(write);
    else if (!this.#isHeldBack(node, version.ms, write)) {
      this.#violated(`${node.id} gives version ${versionText(version)} to ${writeText(write)}`);
    }
  }

  #claim(write: WriteOperation): void {
    if (write.version === undefined) return;
    const name = `${versionText(write.version)} ${write.key}`;
    const first = this.#writes.get(name);
    if (first === undefined) this.#writes.set(name, write);
    else if (first !== write) this.#violated(`two writes share a version: ${writeText(first)}, ${writeText(write)}`);
  }

  /** A version too far ahead of the receiver's clock is taken as of the bound, and may be given to others so. */
  #isHeldBack(node: SimNode, takenMs: number, write: WriteOperation): boolean {
    const boundMs = node.clock.nowMs() + MAX_AHEAD_MS;
    const bounds = this.#bounds.get(write) ?? new Set();
    if ((write.version?.ms ?? 0) > boundMs && takenMs === boundMs) {
      bounds.add(boundMs);
      this.#bounds.set(write, bounds);
    }
    return bounds.has(takenMs);
  }

  #violated(detail: string): void {
    this.#world.violated(INVARIANTS.versions, detail);
  }
}
