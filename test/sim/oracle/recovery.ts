import { formatHostPort } from '../../../src/gossip/address.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { SimHost } from '../world/host.js';
import type { Post, PostResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';

/** A request is given up after this long, in milliseconds. */
const SEND_TIMEOUT_MS = 5000;

interface Search {
  /** World time since which the process has known nobody, or somebody. */
  sinceMs: number;
  isIsolated: boolean;
  /** Requests to join that the process waits for. */
  readonly open: Set<Post>;
  /** By address: when a seed first answered. Bounded by the seeds. */
  readonly answeredMs: Map<string, number>;
}

/**
 * One recovery cycle at a time: it asks one seed after the other, so an isolated process waits for one seed at a time. And
 * who knows others leaves seeds alone that have answered. A round or a cycle that began before goes on to its end first.
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
    if (kind === 'joined' || kind === 'returned') this.#turn(search, false);
    if ((kind === 'evicted' || kind === 'left') && node.core.gossip.members.live().length === 0) {
      this.#turn(search, true);
    }
  }

  posted(post: Post): void {
    const node = this.#askerOf(post);
    if (node === undefined) return;
    const search = this.#of(node);
    // The cycle that begins as the last member goes asks before anybody is told of that.
    this.#turn(search, node.core.gossip.members.live().length === 0);
    // Each seed may be asked twice in a round: see `outdo`.
    const roundMs = (2 * node.config.peers.length + 1) * SEND_TIMEOUT_MS;
    const settledMs = this.#world.elapsedMs - roundMs;
    if (search.sinceMs < settledMs) {
      if (search.isIsolated) this.#checkSingleFlight(node, post, search);
      else this.#checkSeed(node, post, search, settledMs);
    }
    search.open.add(post);
    // Asked again at once, by a later incarnation: the answer was no answer yet.
    const seed = formatHostPort(post.to);
    if (search.answeredMs.get(seed) === this.#world.elapsedMs) search.answeredMs.delete(seed);
  }

  settled(post: Post, result: PostResult): void {
    const node = this.#askerOf(post);
    if (node === undefined) return;
    const search = this.#of(node);
    search.open.delete(post);
    const seed = formatHostPort(post.to);
    const isAnswer = 'answer' in result && result.answer.status === 200 && isReadable(result.answer.body);
    if (isAnswer && !search.answeredMs.has(seed)) search.answeredMs.set(seed, this.#world.elapsedMs);
  }

  #askerOf({ type, process }: Post): SimNode | undefined {
    const host = type === 'BOOTSTRAP' ? this.#cast.of(process) : undefined;
    return isOurs(host) ? host : undefined;
  }

  #checkSingleFlight(node: SimNode, post: Post, { open, sinceMs }: Search): void {
    const [other] = open;
    if (other === undefined) return;
    const detail =
      `${node.id}, isolated since ${sinceMs.toFixed(0)}, asks ${formatHostPort(post.to)} while it ` +
      `waits for ${formatHostPort(other.to)} since ${other.postedMs.toFixed(0)}`;
    this.#world.violated(INVARIANTS.singleFlight, detail);
  }

  #checkSeed(node: SimNode, { to }: Post, { answeredMs, sinceMs }: Search, settledMs: number): void {
    const atMs = answeredMs.get(formatHostPort(to));
    if (atMs === undefined || atMs >= settledMs) return;
    const detail =
      `${node.id} asks ${formatHostPort(to)} again, which answered at ${atMs.toFixed(0)}; ` +
      `it has known others since ${sinceMs.toFixed(0)}`;
    this.#world.violated(INVARIANTS.seeds, detail);
  }

  #turn(search: Search, isIsolated: boolean): void {
    if (search.isIsolated === isIsolated) return;
    search.isIsolated = isIsolated;
    search.sinceMs = this.#world.elapsedMs;
  }

  #of(node: SimNode): Search {
    let search = this.#searches.get(node);
    if (search === undefined) {
      search = { sinceMs: this.#world.elapsedMs, isIsolated: true, open: new Set(), answeredMs: new Map() };
      this.#searches.set(node, search);
    }
    return search;
  }
}

/** An answer that was spoilt on its way is none. */
function isReadable(body: Uint8Array): boolean {
  try {
    const answer: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
    if (typeof answer !== 'object' || answer === null || !('peers' in answer) || !('success' in answer)) return false;
    return answer.success === true && Array.isArray(answer.peers);
  } catch {
    return false;
  }
}
