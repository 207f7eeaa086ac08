import type { SimNode } from '../world/node.js';
import type { SimLink } from '../world/sim-link.js';
import type { World } from '../world/world.js';
import { readFrame } from './frames.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import type { TreeWatch } from './tree-watch.js';

/**
 * A transient waits for one welcome at a time, and is attached to one parent: a new one takes the place of the old one,
 * whose socket goes on while the new one is sought. Nobody is attached to itself, and no member to anybody.
 */
export class AttachedToOne implements Invariant {
  readonly #world: World;
  readonly #tree: TreeWatch;
  /** Who said hello or was welcomed in this step. Emptied after each. */
  readonly #changed = new Set<SimNode>();

  constructor(world: World, tree: TreeWatch) {
    this.#world = world;
    this.#tree = tree;
  }

  linkSaid(link: SimLink, data: string | Uint8Array): void {
    if (readFrame(data)?.type === 'hello') this.#note(link);
  }

  linkHeard(link: SimLink, data: string | Uint8Array): void {
    if (readFrame(data)?.type === 'welcome') this.#note(link);
  }

  stepped(): void {
    if (this.#changed.size === 0) return;
    for (const node of this.#changed) if (!node.process.hasEnded) this.#look(node);
    this.#changed.clear();
  }

  #note(link: SimLink): void {
    const node = this.#tree.hostOf(link);
    if (isOurs(node)) this.#changed.add(node);
  }

  #look(node: SimNode): void {
    const [greeted, welcomed] = [this.#tree.greeted(node), this.#tree.welcomed(node)];
    const isItself = ({ far }: SimLink): boolean => far !== undefined && this.#tree.hostOf(far)?.id === node.id;
    if (welcomed.some(isItself)) this.#violated(`${node.id} is attached to itself`);
    if (!node.isTransient)
      this.#violated(`${node.id} is a member, and attaches to ${this.#names([...greeted, ...welcomed])}`);
    if (greeted.length > 1) this.#violated(`${node.id} waits for the welcomes of ${this.#names(greeted)}`);
    if (welcomed.length > 1) this.#violated(`${node.id} is attached to ${this.#names(welcomed)}`);
  }

  #names(links: readonly SimLink[]): string {
    return links.map(({ far, remote }) => (far && this.#tree.hostOf(far)?.id) ?? remote).join(' and ');
  }

  #violated(detail: string): void {
    this.#world.violated(INVARIANTS.attachment, detail);
  }
}
