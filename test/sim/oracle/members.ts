import { formatHostPort } from '../../../src/gossip/address.js';
import type { Member } from '../../../src/gossip/membership/member.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import { MAX_MEMBERS } from '../../../src/gossip/membership/member-table.js';
import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange, Post, PostResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { PerNode } from './per-node.js';
import { readMessage, readReply } from './wire.js';

/** The dead are remembered for a day: what is said of them afterwards is news. */
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

const NEVER = Number.NEGATIVE_INFINITY;

/** What one process has heard of a node, and how it has changed its mind about it. World times. */
interface Past {
  incarnation: number;
  seenMs: number;
  heardMs: number;
  evictedMs: number;
}

const UNKNOWN: Readonly<Past> = {
  incarnation: NEVER,
  seenMs: NEVER,
  heardMs: NEVER,
  evictedMs: NEVER,
};

/** The rules of the member table, held against what the process was told. */
export class TableKeepsItsRules implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process, then by id. Bounded by the ids of the run. */
  readonly #pasts = new PerNode<string, Past>();
  /** By process, then by address: when a request there was last answered. Bounded by the machines of the run. */
  readonly #answeredMs = new PerNode<string, number>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  taken(exchange: Exchange, by: Machine, answer: HostAnswer): void {
    const node = this.#cast.at(by);
    if (!isOurs(node) || answer.status !== 200) return;
    const message = readMessage(exchange.request.body);
    if (message === undefined) return;
    this.#past(node, message.from).heardMs = this.#world.elapsedMs;
  }

  settled({ process, to, type }: Post, result: PostResult): void {
    const node = this.#cast.of(process);
    if (!isOurs(node) || !('answer' in result) || result.answer.status !== 200) return;
    this.#answeredMs.of(node).set(formatHostPort(to), this.#world.elapsedMs);
    const answerer = this.#cast.at(this.#world.network.machineAt(to));
    if (answerer !== undefined) this.#past(node, answerer.id).heardMs = this.#world.elapsedMs;
    if (type !== 'PING' && type !== 'PUT') return;
    const reply = readReply(result.answer);
    if (reply !== undefined) this.#past(node, reply.from).heardMs = this.#world.elapsedMs;
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    if (member.id === node.id) this.#listsItself(node);
    const past = this.#past(node, member.id);
    const isLater = this.#checkIncarnation(node, member, past);
    if (kind === 'evicted') past.evictedMs = this.#world.elapsedMs;
    if (kind === 'returned' && !isLater) this.#checkRevival(node, member, past);
  }

  scan(): void {
    for (const node of this.#world.nodes) {
      if (node.core.gossip.members.get(node.id) !== undefined) this.#listsItself(node);
    }
  }

  /** Whether this is a later incarnation than the last known. */
  #checkIncarnation(node: SimNode, member: Member, past: Past): boolean {
    const incarnation = member.extension?.incarnation ?? NEVER;
    const known = past.incarnation;
    const isForgotten = this.#world.elapsedMs - past.seenMs >= REMEMBERED_MS || this.#isFull(node);
    past.seenMs = this.#world.elapsedMs;
    past.incarnation = incarnation;
    if (incarnation < known && !isForgotten) {
      this.#world.violated(
        INVARIANTS.incarnations,
        `${node.id} knew incarnation ${known} of ${member.id}, and now ${incarnation}`,
      );
    }
    return incarnation > known;
  }

  #isFull(node: SimNode): boolean {
    return [...node.core.gossip.members.all()].length >= MAX_MEMBERS;
  }

  #checkRevival(node: SimNode, member: Member, { heardMs, evictedMs }: Past): void {
    const answeredMs = this.#answeredMs.of(node).get(formatHostPort(member.address)) ?? NEVER;
    if (Math.min(heardMs, answeredMs) >= evictedMs) return;
    const detail =
      `${node.id} evicted ${member.id} at ${evictedMs.toFixed(0)} and lists it again, although it last spoke at ` +
      `${heardMs.toFixed(0)} and answered at ${answeredMs.toFixed(0)}`;
    this.#world.violated(INVARIANTS.revival, detail);
  }

  #listsItself(node: SimNode): void {
    this.#world.violated(INVARIANTS.selfListing, `${node.id} is in its own member table`);
  }

  #past(node: SimNode, id: string): Past {
    return this.#pasts.get(node, id, () => ({ ...UNKNOWN }));
  }
}
