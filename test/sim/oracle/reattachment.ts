import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import { INVARIANTS } from './names.js';
import type { TreeWatch } from './tree-watch.js';

/**
 * How long a transient may take to find a parent once one with room can be reached, in milliseconds: the longest pause
 * between two rounds, the silence after which a socket that died is given up, and a candidate that does not answer.
 */
export const REATTACHED_WITHIN_MS: number = 60_000 + 10_000 + 5000;

/** Every transient is attached in the end, to a member that runs and that takes it for its child. */
export class Reattachment {
  readonly #world: World;
  readonly #tree: TreeWatch;

  constructor(world: World, tree: TreeWatch) {
    this.#world = world;
    this.#tree = tree;
  }

  /**
   * Lets time pass until all transients are attached. Returns how long that took, in milliseconds.
   *
   * @param afterMs how much of the time has passed already
   */
  async wait(withinMs: number = REATTACHED_WITHIN_MS, afterMs = 0): Promise<number> {
    const beganMs = this.#world.elapsedMs;
    const leftMs = Math.max(0, withinMs - afterMs);
    if (!(await this.#world.runUntil(() => this.#detached === undefined, leftMs))) {
      const detached = this.#world.transients.filter((node) => !this.#isAttached(node)).map(({ id }) => id);
      this.#world.violated(INVARIANTS.reattachment, `not within ${withinMs} ms: ${detached.join(' ')}`);
      await this.#world.run(0);
    }
    return this.#world.elapsedMs - beganMs;
  }

  get #detached(): SimNode | undefined {
    return this.#world.transients.find((node) => !this.#isAttached(node));
  }

  #isAttached(node: SimNode): boolean {
    return this.#tree.parentOf(node)?.isTransient === false;
  }
}
