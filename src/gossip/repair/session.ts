import type { Clock } from '../ports/clock.js';
import { type Rng, randomInt } from '../ports/rng.js';
import type { Entry, Store } from '../ports/store.js';
import type { HeldKey, QuestionOf, ReplicaOp, ReplicaReply } from '../replica/request.js';
import { compareVersions, type Version } from '../version.js';
import type { AdoptEntry } from './ask.js';
import type { Bandwidth } from './bandwidth.js';
import { batches, costOf, entryCost } from './batch.js';
import { BRANCHES, DIGEST_BYTES, LEAVES_PER_BRANCH } from './key-space.js';
import { differingPositions, diffLeaves } from './range-diff.js';
import type { RepairTally } from './tally.js';

/**
 * - `equal`: nothing differs but, perhaps, what has just been written and is on its way.
 * - `repaired`: everything was gone through, and something was moved.
 * - `differs`: everything was gone through; what differs could not be moved.
 * - `failed`: the member stopped answering, or this node stops. What was moved stays.
 */
export type SessionOutcome = 'equal' | 'repaired' | 'differs' | 'failed';

export interface SessionParts {
  /** As `AskMember`, of the member that this is a session with. */
  readonly ask: <Op extends ReplicaOp>(
    question: QuestionOf<Op>,
    bytes?: number,
  ) => Promise<ReplicaReply<Op> | undefined>;
  readonly adopt: AdoptEntry;
  readonly inbound: Bandwidth;
  readonly outbound: Bandwidth;
  readonly tally: RepairTally;
  readonly signal: AbortSignal;
  /** How old a difference has to be, in milliseconds: `SETTLING_MS` unless nothing can be on its way. */
  readonly settlingMs?: number;
}

/** Branches whose leaves are compared at a time. */
const BRANCHES_AT_A_TIME = 8;
/** Keys of this node in the leaves compared key by key at a time. */
const KEYS_AT_A_TIME = 4096;
/** Most keys of the other that are kept for one comparison; further ones wait for the next session. */
const MAX_KEYS_LISTED = 65_536;
/** How long a write may be on its way before a replica that lacks it is taken to have missed it, in milliseconds. */
export const SETTLING_MS = 1000;
/** A member that takes longer to answer everything is left for another, in milliseconds. */
export const MAX_SESSION_MS = 120_000;
/** What the answer to `pull` is taken to carry, in bytes: nobody knows before it is there. */
const PULLED_BYTES = 2_500_000;
/** Pause where the other has sent as much as it may. */
const PAUSE_MS = 100;

/**
 * One comparison with one member, after which both hold the newer version of everything. Whatever was moved before it
 * ended early is equal by then, and costs the next one nothing: that is all there is to resuming. What it keeps is
 * bounded by `MAX_KEYS_LISTED`, by the keys of this node in eight branches, and by one batch.
 */
export class RepairSession {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #store: Store;
  readonly #parts: SessionParts;
  readonly #deadlineMs: number;
  #branchesLeft = 0;
  #moved = 0;
  #stuck = 0;

  constructor(ports: { readonly clock: Clock; readonly rng: Rng; readonly store: Store }, parts: SessionParts) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#store = ports.store;
    this.#parts = parts;
    this.#deadlineMs = ports.clock.monotonicMs() + MAX_SESSION_MS;
  }

  /** Branches in which differences may be left. */
  get branchesLeft(): number {
    return this.#branchesLeft;
  }

  /** Entries moved so far, either way. */
  get moved(): number {
    return this.#moved;
  }

  /** Once only. Never rejects. */
  async run(): Promise<SessionOutcome> {
    const { inventory } = this.#store;
    const answer = await this.#ask({ op: 'digest', root: inventory.root() });
    if (answer === undefined) return 'failed';
    if (answer.branches === undefined) return 'equal';
    if (answer.branches.length !== BRANCHES * DIGEST_BYTES) return 'failed';
    const differing = differingPositions(inventory.branches(), answer.branches);
    // From a random one on: where sessions keep failing, it is not always the same branches that are left.
    const start = randomInt(this.#rng, differing.length);
    const branches = [...differing.slice(start), ...differing.slice(0, start)];
    for (let at = 0; at < branches.length; at += BRANCHES_AT_A_TIME) {
      this.#branchesLeft = branches.length - at;
      if (!(await this.#compare(branches.slice(at, at + BRANCHES_AT_A_TIME)))) return 'failed';
    }
    this.#branchesLeft = 0;
    if (this.#moved > 0) return 'repaired';
    return this.#stuck > 0 ? 'differs' : 'equal';
  }

  /** Makes equal the leaves of some branches. `false` where the member does not answer. */
  async #compare(branches: readonly number[]): Promise<boolean> {
    const answer = await this.#ask({ op: 'leaves', branches });
    if (answer?.leaves.length !== branches.length * LEAVES_PER_BRANCH * DIGEST_BYTES) return false;
    const { inventory } = this.#store;
    const diff = diffLeaves(branches, answer.leaves, inventory.leaves(branches));
    if (diff.lacking.length > 0 && !(await this.#pull(diff.lacking))) return false;
    for (const leaves of this.#inPortions(diff.differing)) if (!(await this.#exchange(leaves))) return false;
    return this.#give(diff.surplus.flatMap((leaf) => inventory.entries(leaf).filter(this.#isSettled).map(keyOf)));
  }

  /** Takes over leaves in which this node holds nothing. */
  async #pull(leaves: readonly number[]): Promise<boolean> {
    let cursor: string | undefined;
    do {
      const answer = await this.#ask({ op: 'pull', leaves, ...(cursor !== undefined && { cursor }) }, PULLED_BYTES);
      if (answer === undefined) return false;
      const { entries } = answer;
      const isPutOff = entries.length === 0 && answer.cursor !== undefined && answer.cursor === cursor;
      if (isPutOff) await this.#clock.sleep(PAUSE_MS, this.#parts.signal);
      else if (!leadsOn(answer.cursor, cursor, entries)) return false;
      await this.#receive(entries);
      cursor = answer.cursor;
    } while (cursor !== undefined);
    return true;
  }

  /** Compares leaves in which both hold something, key by key, and moves what is newer on either side. */
  async #exchange(leaves: readonly number[]): Promise<boolean> {
    const listed = await this.#list(leaves);
    if (listed === undefined) return false;
    const { versions, wanted, isWhole } = listed;
    if (!(await this.#fetch(wanted))) return false;
    if (!isWhole) return true;
    const isNewer = ({ key, version }: Entry): boolean => {
      const theirs = versions.get(key);
      return theirs === undefined || compareVersions(version, theirs) > 0;
    };
    const { inventory } = this.#store;
    const newer = leaves.flatMap((leaf) => inventory.entries(leaf).filter(isNewer).filter(this.#isSettled));
    return this.#give(newer.map(keyOf));
  }

  async #list(leaves: readonly number[]): Promise<Listed | undefined> {
    const versions = new Map<string, Version>();
    const wanted: HeldKey[] = [];
    // Items and not keys: one that lists the same again and again must come to an end, too.
    let listed = 0;
    let cursor: string | undefined;
    do {
      const answer = await this.#ask({ op: 'list', leaves, ...(cursor !== undefined && { cursor }) });
      if (answer === undefined || !leadsOn(answer.cursor, cursor, answer.items)) return undefined;
      listed += answer.items.length;
      for (const item of answer.items) {
        versions.set(item.key, item.version);
        if (this.#isWanted(item)) wanted.push(item);
      }
      cursor = answer.cursor;
    } while (cursor !== undefined && listed < MAX_KEYS_LISTED);
    return { versions, wanted, isWhole: cursor === undefined };
  }

  async #fetch(wanted: readonly HeldKey[]): Promise<boolean> {
    for (const batch of batches(wanted, ({ key, bytes }) => entryCost(key, bytes))) {
      const expected = batch.reduce((sum, item) => sum + item.bytes, 0);
      const answer = await this.#ask({ op: 'fetch', keys: batch.map(keyOf) }, expected);
      if (answer === undefined) return false;
      await this.#receive(answer.entries);
    }
    return true;
  }

  async #give(keys: readonly string[]): Promise<boolean> {
    const held = (key: string): readonly Entry[] => [this.#store.get(key) ?? []].flat();
    for (const batch of batches(keys, (key) => costOf(held(key)))) {
      const entries = batch.flatMap(held);
      if (entries.length === 0) continue;
      const answer = await this.#ask({ op: 'give', entries }, costOf(entries));
      if (answer === undefined) return false;
      const taken = Math.min(answer.taken, entries.length);
      this.#moved += taken;
      this.#stuck += entries.length - taken;
      this.#parts.tally.given(entries, taken);
      await this.#parts.outbound.take(costOf(entries), this.#parts.signal);
    }
    return true;
  }

  async #receive(entries: readonly Entry[]): Promise<void> {
    let stored = 0;
    for (const entry of entries) if (this.#parts.adopt(entry) === 'stored') stored++;
    this.#moved += stored;
    this.#stuck += entries.length - stored;
    this.#parts.tally.received(entries, stored);
    await this.#parts.inbound.take(costOf(entries), this.#parts.signal);
  }

  #ask<Op extends ReplicaOp>(question: QuestionOf<Op>, bytes = 0): Promise<ReplicaReply<Op> | undefined> {
    const isOver = this.#parts.signal.aborted || this.#clock.monotonicMs() >= this.#deadlineMs;
    return isOver ? Promise.resolve(undefined) : this.#parts.ask(question, bytes);
  }

  #isWanted({ key, version }: HeldKey): boolean {
    const held = this.#store.get(key);
    const isNewer = held === undefined || compareVersions(version, held.version) > 0;
    return isNewer && this.#isSettled({ version });
  }

  readonly #isSettled = ({ version }: { readonly version: Version }): boolean =>
    Math.abs(this.#clock.nowMs() - version.ms) > (this.#parts.settlingMs ?? SETTLING_MS);

  /** Cuts leaves into portions in which this node does not hold too much to be compared at a time. */
  #inPortions(leaves: readonly number[]): Generator<readonly number[], void, undefined> {
    const { inventory } = this.#store;
    return batches(leaves, (leaf) => inventory.entries(leaf).length, KEYS_AT_A_TIME);
  }
}

/** What the other holds in some leaves. */
interface Listed {
  readonly versions: ReadonlyMap<string, Version>;
  /** What is newer there. */
  readonly wanted: readonly HeldKey[];
  /** Whether all of it was listed. */
  readonly isWhole: boolean;
}

/** Whether a page leads nowhere, being the last, or on from its own last key. */
function leadsOn(
  next: string | undefined,
  from: string | undefined,
  page: readonly { readonly key: string }[],
): boolean {
  return next === undefined || (next !== from && page.at(-1)?.key === next);
}

function keyOf({ key }: { readonly key: string }): string {
  return key;
}
