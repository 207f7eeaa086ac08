import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange, Post, PostResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { isOurs } from './ledger.js';
import { PerNode } from './per-node.js';
import { readMessage, readReply } from './wire.js';

/** A dead member is remembered for a day; whoever was met within a little less is known. */
const REMEMBERED_MS = 23 * 60 * 60 * 1000;

interface Acquaintance {
  metMs: number;
  /** The highest incarnation that said goodbye; -Infinity before. */
  goodbye: number;
}

/**
 * Whom each process has certainly met: who answered a probe of its and introduced itself in the answer, has not said
 * goodbye since as far as it was told, and has not been followed by another node at its address. A lower bound of the members a node
 * must count for its quorum, drawn from what crossed the network alone.
 */
export class Acquaintances implements WorldObserver {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process, then by id. Bounded by the ids of the run. */
  readonly #known = new PerNode<string, Acquaintance>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  settled({ type, process, to }: Post, result: PostResult): void {
    if (type !== 'PING' || !('answer' in result)) return;
    const node = this.#cast.of(process);
    const answerer = this.#cast.at(this.#world.network.machineAt(to));
    if (!isOurs(node)) return;
    const reply = readReply(result.answer);
    for (const { id, incarnation } of reply?.gone ?? []) this.#saidGoodbye(node, id, incarnation);
    if (answerer === undefined) return;
    if (reply?.type !== 'PONG' || answerer.id !== reply.from || !this.#cast.isLatestOfItsId(answerer)) return;
    const acquaintance = this.#with(node, reply.from);
    if ((reply.node?.incarnation ?? 0) > acquaintance.goodbye) acquaintance.metMs = this.#world.elapsedMs;
  }

  taken(exchange: Exchange, by: Machine, _answer: HostAnswer): void {
    const node = this.#cast.at(by);
    const message = readMessage(exchange.request.body);
    if (!isOurs(node) || message === undefined) return;
    for (const { id, incarnation } of message.gone) this.#saidGoodbye(node, id, incarnation);
    if (exchange.type !== 'LEAVE') return;
    this.#saidGoodbye(node, message.from, message.incarnation ?? Number.POSITIVE_INFINITY);
  }

  /** By itself, or by the word of somebody it had said it to. */
  #saidGoodbye(node: SimNode, id: string, incarnation: number): void {
    const acquaintance = this.#with(node, id);
    if (incarnation < acquaintance.goodbye) return;
    acquaintance.metMs = Number.NEGATIVE_INFINITY;
    acquaintance.goodbye = incarnation;
  }

  /** Ids of other nodes of an enclave, its own unless named, that the process has met. */
  met(node: SimNode, enclave: string = node.enclave): readonly string[] {
    const sinceMs = this.#world.elapsedMs - REMEMBERED_MS;
    return [...this.#known.of(node)]
      .filter(([, { metMs }]) => metMs >= sinceMs)
      .map(([id]) => id)
      .filter((id) => this.#cast.isOnlyEverIn(id, enclave) && !this.#cast.isSucceeded(id));
  }

  #with(node: SimNode, id: string): Acquaintance {
    return this.#known.get(node, id, () => ({
      metMs: Number.NEGATIVE_INFINITY,
      goodbye: Number.NEGATIVE_INFINITY,
    }));
  }
}
