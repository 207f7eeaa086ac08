import { sameHostPort } from '../../../src/gossip/address.js';
import { isGone } from '../../../src/gossip/membership/member.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { SimHost } from '../world/host.js';
import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange, Post, PostResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { PerNode } from './per-node.js';
import { readMessage, readReply, type WireMessage } from './wire.js';

/** What refusals have to weigh together; a claim of a death by another counts for two. */
const EVICTING_WEIGHT = 3;
const WEIGHT_OF_A_DEATH = 2;

/** Periods without a sign of life before a silent member is evicted, at least. */
const SILENT_PERIODS = 9;

/** Times are sums of fractions, which end in the last digit. */
const ROUNDING_MS = 0.001;

/** Strikes in a row that evict a member that speaks, but cannot be reached. */
const UNREACHABLE_STRIKES = 30;

/** Failures of one node remembered: the first ones decide. */
const MAX_REMEMBERED = 128;

/** What an answer says of a probe that did not simply succeed: a busy peer is alive. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);

/** What one process has against a member. World times. */
interface Evidence {
  /** When probes failed since the last answer, and whether by a refusal. Bounded by `MAX_REMEMBERED`. */
  readonly failures: { readonly atMs: number; readonly isCertain: boolean }[];
  /** Who has told it that the member is dead, since it last took it for alive. Bounded by the ids of the run. */
  readonly deaths: Set<string>;
  /** Its last sign of life here: a message of its own (see `isSignOfLife`), or an answer. */
  heardMs: number;
}

interface Eviction {
  readonly node: SimNode;
  readonly id: string;
  readonly evidence: Evidence;
  readonly atMs: number;
}

/**
 * A member is evicted only on evidence of one's own: a probe of it has failed since it last answered, and either it was
 * refused, three times half a period apart or once where another says that it is dead, or nothing has been heard of it
 * for nine periods. Counted is what the process was told and the results that it got for its requests.
 */
export class EvictionTakesEvidence implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process, then by id. Bounded by the ids of the run. */
  readonly #evidence = new PerNode<string, Evidence>();

  /** Those of this step. */
  readonly #evictions: Eviction[] = [];

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  taken(exchange: Exchange, by: Machine, answer: HostAnswer): void {
    const node = this.#cast.at(by);
    const message = readMessage(exchange.request.body);
    if (!isOurs(node) || message === undefined || answer.status !== 200) return;
    this.#tookNews(node, message);
    const sender = this.#cast.at(exchange.from);
    if (sender?.id !== message.from || !isSignOfLife(node, sender, message)) return;
    this.#of(node, sender.id).heardMs = this.#world.elapsedMs;
  }

  settled(post: Post, result: PostResult): void {
    const { type, process, to, request } = post;
    const node = this.#cast.of(process);
    if (!isOurs(node)) return;
    const reply = 'answer' in result ? readReply(result.answer) : undefined;
    if (reply !== undefined) this.#tookNews(node, reply);
    const id = type === 'PING' ? readMessage(request.body)?.to : undefined;
    if (id === undefined) return;
    const evidence = this.#of(node, id);
    if (isFailure(result) || this.#wasGivenUp(post, result)) {
      const failure = { atMs: this.#world.elapsedMs, isCertain: isFailure(result) && isCertain(result) };
      if (evidence.failures.length < MAX_REMEMBERED) evidence.failures.push(failure);
    } else if ('answer' in result && result.answer.status === 200) {
      const member = node.core.gossip.members.get(id);
      if (member === undefined || !sameHostPort(member.address, to)) return;
      evidence.failures.length = 0;
      evidence.heardMs = this.#world.elapsedMs;
    }
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    const evidence = this.#of(node, member.id);
    if (kind === 'evicted') {
      this.#evictions.push({ node, id: member.id, evidence, atMs: this.#world.elapsedMs });
    } else if (kind === 'returned' || kind === 'restarted' || kind === 'joined' || kind === 'moved') {
      evidence.failures.length = 0;
      if (kind !== 'moved') evidence.deaths.clear();
    }
  }

  /** What a message says is known only after what it leads to. */
  stepped(): void {
    for (const eviction of this.#evictions.splice(0)) {
      this.#check(eviction);
      eviction.evidence.failures.length = 0;
      eviction.evidence.deaths.clear();
    }
  }

  #check({ node, id, evidence, atMs }: Eviction): void {
    const { failures, deaths, heardMs } = evidence;
    const { pingIntervalMs } = node.config;
    const refusedMs = failures.filter(({ isCertain }) => isCertain).map((failure) => failure.atMs);
    const refusals = strikesIn(refusedMs, pingIntervalMs / 2);
    const isRefused = refusals > 0 && refusals + WEIGHT_OF_A_DEATH * deaths.size >= EVICTING_WEIGHT;
    const silentMs = atMs - heardMs;
    const isSilent = failures.length > 0 && silentMs + ROUNDING_MS >= SILENT_PERIODS * pingIntervalMs;
    if (isRefused || isSilent || failures.length >= UNREACHABLE_STRIKES) return;
    const detail =
      `${node.id} evicted ${id}, ${silentMs.toFixed(0)} ms after its last sign of life, with ${refusals} refusals of ` +
      `${failures.length} failures and held for dead by [${[...deaths].join(' ')}]`;
    this.#world.violated(INVARIANTS.strikes, detail);
  }

  #tookNews(node: SimNode, { dead }: WireMessage): void {
    for (const { id, by } of dead) if (by !== node.id && by !== id) this.#of(node, id).deaths.add(by);
  }

  /**
   * The failure of a probe is seen by its timer or by that of its request, whichever is first; an eviction that it leads to
   * ends the requests to the member.
   */
  #wasGivenUp({ postedMs, request }: Post, result: PostResult): boolean {
    if ('answer' in result || result.failure.kind !== 'aborted') return false;
    return this.#world.elapsedMs - postedMs + ROUNDING_MS >= request.timeoutMs;
  }

  #of(node: SimNode, id: string): Evidence {
    return this.#evidence.get(node, id, () => ({
      failures: [],
      deaths: new Set(),
      heardMs: Number.NEGATIVE_INFINITY,
    }));
  }
}

/**
 * Whether a word that a member sent shows the one who took it that the member lives. It does not where
 * - a write does not ask for its answer: an old node sends none that does, and the wire does not tell its own from one
 *   that somebody passes on, maybe after its end;
 * - the member is a stranger there, or has gone: a node remembers nothing of those, who are without number;
 * - the process is behind another of its id that is known there: what is known is not it, and may well be dead.
 */
function isSignOfLife(node: SimNode, sender: SimHost, { type, wantsReply }: WireMessage): boolean {
  if (type === 'PUT' && !wantsReply) return false;
  const member = node.core.gossip.members.get(sender.id);
  if (member === undefined || isGone(member)) return false;
  if (!isOurs(sender) || member.extension === undefined) return true;
  const { incarnation, instance } = sender.self;
  return instance === member.extension.instance || incarnation >= member.extension.incarnation;
}

/** How many of the failures are `apartMs` after the one counted before. */
function strikesIn(failuresMs: readonly number[], apartMs: number): number {
  let lastMs = Number.NEGATIVE_INFINITY;
  return failuresMs.filter((atMs) => {
    const isStrike = atMs - lastMs >= apartMs;
    if (isStrike) lastMs = atMs;
    return isStrike;
  }).length;
}

/** A probe that the process itself gave up says nothing. */
function isFailure(result: PostResult): boolean {
  if ('answer' in result) return result.answer.status !== 200 && !BUSY.has(result.answer.status);
  return result.failure.kind !== 'aborted' && result.failure.kind !== 'overflow';
}

/** Whoever refuses, or turns a probe away as meant for another, is there: silence may be anybody's. */
function isCertain(result: PostResult): boolean {
  return 'answer' in result || result.failure.kind !== 'timeout';
}
