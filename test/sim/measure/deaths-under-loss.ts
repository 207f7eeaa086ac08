import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import { sample } from '../../../src/gossip/ports/rng.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { World } from '../world/world.js';
import type { Figures } from './figures.js';

/** When they die, in milliseconds after the loss began: far enough apart, and from its end, to be told apart. */
const KILLED_MS = 240_000;
const SILENT_MS = 420_000;

/** Two nodes that really die while messages are lost: how long until the last survivor has evicted each. */
export class DeathsUnderLoss implements WorldObserver {
  readonly #world: World;
  readonly #nodes: readonly SimNode[];
  /** By id: when each died, in world time, and who lists it still. Bounded by the nodes of the run. */
  readonly #deaths = new Map<string, { readonly diedMs: number; readonly listedBy: Set<string>; lastMs: number }>();
  readonly #killed: SimNode | undefined;
  readonly #silent: SimNode | undefined;

  constructor(world: World, nodes: readonly SimNode[]) {
    this.#world = world;
    this.#nodes = nodes;
    [this.#killed, this.#silent] = sample(world.fork('deaths'), nodes, 2);
    world.observe(this);
    world.after(KILLED_MS, () => this.#die(this.#killed, (node) => world.kill(node)));
    world.after(SILENT_MS, () => this.#die(this.#silent, (node) => world.cutPower(node)));
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    const death = this.#deaths.get(member.id);
    if (death === undefined) return;
    if (kind === 'evicted') {
      death.listedBy.delete(node.id);
      death.lastMs = this.#world.elapsedMs;
    } else if (kind === 'returned' || kind === 'joined') {
      death.listedBy.add(node.id);
    }
  }

  /** Infinity of one that is still listed somewhere. */
  figures(): Figures {
    return { killedMs: [this.#tookMs(this.#killed)], silentMs: [this.#tookMs(this.#silent)] };
  }

  #die(victim: SimNode | undefined, fault: (node: SimNode) => void): void {
    if (victim === undefined) return;
    const survivors = this.#nodes.filter((node) => node !== victim && !node.process.hasEnded);
    const listedBy = survivors.filter(({ peers }) => peers.includes(victim.id)).map(({ id }) => id);
    const diedMs = this.#world.elapsedMs;
    this.#deaths.set(victim.id, { diedMs, listedBy: new Set(listedBy), lastMs: diedMs });
    fault(victim);
  }

  #tookMs(victim: SimNode | undefined): number {
    const death = victim && this.#deaths.get(victim.id);
    if (death === undefined) return Number.POSITIVE_INFINITY;
    const listedBy = [...death.listedBy].filter((id) => this.#world.nodes.some((node) => node.id === id));
    return listedBy.length > 0 ? Number.POSITIVE_INFINITY : death.lastMs - death.diedMs;
  }
}
