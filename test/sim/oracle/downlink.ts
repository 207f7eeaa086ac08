import type { SimHost } from '../world/host.js';
import { isTransient } from '../world/node.js';
import type { SimLink } from '../world/sim-link.js';
import type { World } from '../world/world.js';
import { writeText } from './describe.js';
import { readFrame } from './frames.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { PerNode } from './per-node.js';
import type { TreeWatch } from './tree-watch.js';

/** How long a write that went down is remembered at least, in milliseconds. */
const WINDOW_MS = 60_000;

/** Within a minute a parent sends a child each write once, on whichever socket, and none that the child wrote itself. */
export class SentDownOnce implements Invariant {
  readonly #world: World;
  readonly #tree: TreeWatch;
  /** By parent, then child and message id: when it went. Bounded by the window: `scan` drops the older ones. */
  readonly #sentMs = new PerNode<string, number>();

  constructor(world: World, tree: TreeWatch) {
    this.#world = world;
    this.#tree = tree;
  }

  linkSaid(link: SimLink, data: string | Uint8Array): void {
    const frame = readFrame(data);
    if (frame?.type !== 'put') return;
    const parent = this.#tree.hostOf(link);
    const child = link.far && this.#tree.hostOf(link.far);
    if (!isOurs(parent) || child === undefined || isTransient(parent)) return;
    const write = frame.data && this.#world.clients.writeOf({ bytes: frame.data });
    if (write !== undefined && write.host.id === child.id) {
      this.#violated(`${parent.id} sent ${writeText(write)} back to ${child.id}`);
    }
    const sent = this.#sentMs.of(parent);
    const name = `${child.id} ${frame.messageId}`;
    const [beforeMs, nowMs] = [sent.get(name), this.#world.elapsedMs];
    // In the order in which they went last.
    sent.delete(name);
    sent.set(name, nowMs);
    if (beforeMs === undefined || nowMs - beforeMs >= WINDOW_MS) return;
    this.#violated(
      `${parent.id} sent ${frame.messageId} down to ${child.id} a second time, first at ${beforeMs.toFixed(0)}`,
    );
  }

  scan(): void {
    const horizonMs = this.#world.elapsedMs - WINDOW_MS;
    for (const sent of this.#sentMs.all()) {
      for (const [name, atMs] of sent) {
        if (atMs > horizonMs) break;
        sent.delete(name);
      }
    }
  }

  ended(host: SimHost): void {
    if (isOurs(host)) this.#sentMs.forget(host);
  }

  #violated(detail: string): void {
    this.#world.violated(INVARIANTS.downlink, detail);
  }
}
