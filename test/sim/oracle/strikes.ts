import { sameHostPort } from '../../../src/gossip/address.js';
import type { MemberEvent } from '../../../src/gossip/membership/member-event.js';
import type { Post, PostResult } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { PerNode } from './per-node.js';
import { readMessage } from './wire.js';

const STRIKES = 3;

/** Failures of one node remembered: the first ones decide. */
const MAX_REMEMBERED = 64;

/** What an answer says of a probe that did not simply succeed: a busy peer is alive. */
const BUSY: ReadonlySet<number> = new Set([429, 503]);

/**
 * A member is evicted only after three probes of it in a row have failed, each half a period after the one before at
 * least. Counted are the results that the process got for its requests.
 */
export class ThreeStrikesEvict implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process, then by id: world times of failures since the last answer. Bounded by the ids and `MAX_REMEMBERED`. */
  readonly #failures = new PerNode<string, number[]>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  settled({ type, process, to, request }: Post, result: PostResult): void {
    if (type !== 'PING') return;
    const node = this.#cast.of(process);
    const id = readMessage(request.body)?.to;
    if (!isOurs(node) || id === undefined) return;
    const failures = this.#failuresOf(node, id);
    if (isFailure(result)) {
      if (failures.length < MAX_REMEMBERED) failures.push(this.#world.elapsedMs);
    } else if ('answer' in result && result.answer.status === 200) {
      const member = node.core.gossip.members.get(id);
      if (member !== undefined && sameHostPort(member.address, to)) failures.length = 0;
    }
  }

  memberChanged(node: SimNode, { kind, member }: MemberEvent): void {
    if (kind === 'returned' || kind === 'restarted' || kind === 'joined') this.#failuresOf(node, member.id).length = 0;
    if (kind !== 'evicted') return;
    const failures = this.#failuresOf(node, member.id);
    const isRow = strikesIn(failures, node.config.pingIntervalMs / 2) >= STRIKES;
    const detail = `${node.id} evicted ${member.id} after probes failed at [${failures.map((atMs) => atMs.toFixed(0)).join(' ')}]`;
    failures.length = 0;
    if (!isRow) this.#world.violated(INVARIANTS.strikes, detail);
  }

  #failuresOf(node: SimNode, id: string): number[] {
    return this.#failures.get(node, id, () => []);
  }
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
