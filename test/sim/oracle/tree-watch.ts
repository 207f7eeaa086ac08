import type { SimHost } from '../world/host.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { SimLink } from '../world/sim-link.js';
import type { Cast } from './cast.js';
import { readFrame } from './frames.js';
import { isOurs } from './ledger.js';

/** The sockets of one process, by what was said on them. */
interface Sockets {
  /** On which the process said hello and has heard no answer, and on which it was welcomed; open ones. */
  greeted: SimLink[];
  welcomed: SimLink[];
  /** Welcomes that it has heard ever. */
  welcomes: number;
  /** On which it welcomed others; open ones. */
  children: SimLink[];
}

/**
 * Who is attached to whom, as far as it was said on links. The lists of a process are bounded by the sockets that it has
 * open at a time: those that it has closed are left out as it opens others.
 */
export class TreeWatch implements WorldObserver {
  readonly #cast: Cast;
  /** Bounded by the processes of the run. */
  readonly #sockets = new WeakMap<SimNode, Sockets>();

  constructor(cast: Cast) {
    this.#cast = cast;
  }

  linkSaid(link: SimLink, data: string | Uint8Array): void {
    const type = readFrame(data)?.type;
    if (type !== 'hello' && type !== 'welcome') return;
    const sockets = this.#of(link);
    if (sockets === undefined) return;
    if (type === 'hello') sockets.greeted = [...sockets.greeted.filter(isOpen), link];
    else sockets.children = [...sockets.children.filter(isOpen), link];
  }

  linkHeard(link: SimLink, data: string | Uint8Array): void {
    const type = readFrame(data)?.type;
    if (type !== 'welcome' && type !== 'goodbye') return;
    const sockets = this.#of(link);
    if (sockets === undefined) return;
    sockets.greeted = sockets.greeted.filter((other) => other !== link);
    if (type !== 'welcome') return;
    sockets.welcomes++;
    sockets.welcomed = [...sockets.welcomed.filter(isOpen), link];
  }

  /** Links that the process has open and on which it waits for the answer to its hello. */
  greeted(node: SimNode): readonly SimLink[] {
    return this.#sockets.get(node)?.greeted.filter(isOpen) ?? [];
  }

  /** Links that the process has open and on which it was welcomed. */
  welcomed(node: SimNode): readonly SimLink[] {
    return this.#sockets.get(node)?.welcomed.filter(isOpen) ?? [];
  }

  /** Links that the process has open and on which it has welcomed a child. */
  children(node: SimNode): readonly SimLink[] {
    return this.#sockets.get(node)?.children.filter(isOpen) ?? [];
  }

  /** How often the process was taken in by a parent. */
  welcomes(node: SimNode): number {
    return this.#sockets.get(node)?.welcomes ?? 0;
  }

  /** The node that the process is attached to, where both ends take that for so. */
  parentOf(node: SimNode): SimNode | undefined {
    const link = this.welcomed(node).find(({ far }) => far?.isOpen);
    const parent = link?.far && this.hostOf(link.far);
    return isOurs(parent) ? parent : undefined;
  }

  hostOf({ process }: SimLink): SimHost | undefined {
    return this.#cast.of(process);
  }

  #of(link: SimLink): Sockets | undefined {
    const node = this.hostOf(link);
    if (!isOurs(node)) return undefined;
    let sockets = this.#sockets.get(node);
    if (sockets === undefined) {
      sockets = { greeted: [], welcomed: [], welcomes: 0, children: [] };
      this.#sockets.set(node, sockets);
    }
    return sockets;
  }
}

function isOpen(link: SimLink): boolean {
  return link.isOpen;
}
