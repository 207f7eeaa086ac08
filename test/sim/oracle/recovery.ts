import { formatHostPort, type HostPort, sameHostPort } from '../../../src/gossip/address.js';
import type { Member } from '../../../src/gossip/membership/member.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { SimHost } from '../world/host.js';
import type { Post } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';

/** A request is given up after this long, in milliseconds. */
const SEND_TIMEOUT_MS = 5000;

/** A seed is waited for so long before the next is asked besides, in milliseconds. */
const NEXT_SEED_MS = 250;

/** Most roots that a list of a scenario names. */
const MOST_ROOTS = 3;

/** What summing up times in milliseconds may be off by. */
const ROUNDING_MS = 0.001;

interface Search {
  /** World time since which the process has known nobody, or somebody. */
  sinceMs: number;
  isIsolated: boolean;
  /** World time by which requests to join that were under way at `sinceMs`, and what follows from them, are over. */
  clearMs: number;
  /** Requests to join that the process waits for, and when it first asked that seed. */
  readonly open: Map<Post, number>;
  /** World time at which the last of them was over, the seed it asked, and when it first asked that. */
  lastSettledMs: number;
  lastSeed: HostPort | undefined;
  lastAskedMs: number;
  /** World time at which a member last came to another address. */
  movedMs: number;
}

/**
 * One recovery cycle at a time: it asks one seed after the other, the next where one has failed or kept it waiting, so an
 * isolated process asks no seed that it waits for, and none while it has hardly asked another. And who knows others leaves
 * seeds alone where one of them lives. A round or a cycle that began before goes on to its end first: where the process
 * stood still meanwhile, its timers are due only afterwards, and so the time is counted anew from there.
 */
export class SeedsAreAskedInTurn implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #searches = new WeakMap<SimNode, Search>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  started(host: SimHost): void {
    if (isOurs(host)) this.#of(host);
  }

  memberChanged(node: SimNode, { kind }: MemberEvent): void {
    const search = this.#of(node);
    if (kind === 'moved') search.movedMs = this.#world.elapsedMs;
    if (kind === 'joined' || kind === 'returned') this.#turn(node, search, false);
    if ((kind === 'evicted' || kind === 'left') && node.core.gossip.members.live().length === 0) {
      this.#turn(node, search, true);
    }
  }

  posted(post: Post): void {
    const node = this.#askerOf(post);
    if (node === undefined) return;
    const search = this.#of(node);
    // The cycle that begins as the last member goes asks before anybody is told of that.
    this.#turn(node, search, node.core.gossip.members.live().length === 0);
    const settledMs = this.#world.elapsedMs - longestRoundMs(node);
    if (search.isIsolated && search.clearMs <= this.#world.elapsedMs) this.#checkSingleFlight(node, post, search);
    if (!search.isIsolated && search.sinceMs < settledMs) this.#checkSeed(node, post, search, settledMs);
    search.open.set(post, isRepeated(post, search, this.#world.elapsedMs) ? search.lastAskedMs : this.#world.elapsedMs);
  }

  settled(post: Post): void {
    const node = this.#askerOf(post);
    if (node === undefined) return;
    const search = this.#of(node);
    search.lastAskedMs = search.open.get(post) ?? post.postedMs;
    search.lastSeed = post.to;
    search.open.delete(post);
    search.lastSettledMs = this.#world.elapsedMs;
  }

  #askerOf({ type, process }: Post): SimNode | undefined {
    const host = type === 'BOOTSTRAP' ? this.#cast.of(process) : undefined;
    return isOurs(host) ? host : undefined;
  }

  #checkSingleFlight(node: SimNode, post: Post, search: Search): void {
    const { open, sinceMs } = search;
    const nowMs = this.#world.elapsedMs;
    const isTooSoon = (other: Post, askedMs: number): boolean =>
      sameHostPort(other.to, post.to) || nowMs - askedMs < NEXT_SEED_MS - ROUNDING_MS;
    const found = [...open].find(([other, askedMs]) => isTooSoon(other, askedMs));
    if (found === undefined || isRepeated(post, search, nowMs)) return;
    const [other] = found;
    const detail =
      `${node.id}, isolated since ${sinceMs.toFixed(0)}, asks ${formatHostPort(post.to)} while it ` +
      `waits for ${formatHostPort(other.to)} since ${other.postedMs.toFixed(0)}`;
    this.#world.violated(INVARIANTS.singleFlight, detail);
  }

  #checkSeed(node: SimNode, { to }: Post, { movedMs, sinceMs }: Search, settledMs: number): void {
    if (movedMs >= settledMs || node.process.resumedMs >= settledMs) return;
    const lives = ({ address, sinceMs }: Member): boolean => sameHostPort(address, to) && sinceMs < settledMs;
    const member = node.core.gossip.members.live().find(lives);
    if (member === undefined) return;
    const detail =
      `${node.id} asks ${formatHostPort(to)}, where ${member.id} has lived since ${member.sinceMs.toFixed(0)}; ` +
      `it has known others since ${sinceMs.toFixed(0)}`;
    this.#world.violated(INVARIANTS.seeds, detail);
  }

  /** A round asks the next seed in the moment the last is over: where no request was open in it, no round goes on. */
  #turn(node: SimNode, search: Search, isIsolated: boolean): void {
    if (search.isIsolated === isIsolated) return;
    const nowMs = this.#world.elapsedMs;
    const mayAskOn = search.open.size > 0 || search.lastSettledMs === nowMs;
    search.isIsolated = isIsolated;
    search.sinceMs = nowMs;
    search.clearMs = nowMs + (mayAskOn ? longestRoundMs(node) : 0);
  }

  #of(node: SimNode): Search {
    let search = this.#searches.get(node);
    if (search === undefined) {
      const sinceMs = this.#world.elapsedMs;
      const last = { lastSettledMs: -1, lastSeed: undefined, lastAskedMs: -1 };
      search = { sinceMs, isIsolated: true, clearMs: sinceMs, open: new Map(), ...last, movedMs: 0 };
      this.#searches.set(node, search);
    }
    return search;
  }
}

/** Whether the seed that has just answered is asked once more: see `outdo`. */
function isRepeated({ to }: Post, { lastSeed, lastSettledMs }: Search, nowMs: number): boolean {
  return lastSettledMs === nowMs && lastSeed !== undefined && sameHostPort(lastSeed, to);
}

/** Each seed may be asked twice in a round: see `outdo`. */
function longestRoundMs({ config, omega }: SimNode): number {
  const seeds = omega === undefined ? config.peers.length : MOST_ROOTS;
  return (2 * seeds + 1) * SEND_TIMEOUT_MS;
}
