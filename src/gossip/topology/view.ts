import { type Member, memberInfo } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import { type Rng, randomInt } from '../ports/rng.js';
import { type Self, selfInfo } from '../self.js';
import { MAX_NEWS_ITEMS } from '../wire/limits.js';
import type { NodeInfo } from '../wire/message.js';
import type { News, Tombstone } from '../wire/news.js';
import { nodesWithin } from '../wire/node-list.js';
import type { ViewDigest } from '../wire/view-digest.js';
import {
  bucketCount,
  bucketsThatDiffer,
  digestOf,
  entriesIn,
  nodeEntry,
  tombstoneEntry,
  type ViewEntry,
} from './view-digest.js';

/** Most bytes of nodes listed to whoever sends a digest: that is some three hundred nodes an exchange. */
export const MAX_DIFFERENCE_BYTES: number = 64 * 1024;

/** What one node tells another of the cluster. No nodes at all: the two know the same. */
export interface ViewAnswer {
  /** This node first. */
  readonly nodes: readonly NodeInfo[];
  readonly news: readonly News[];
}

interface ViewParts {
  readonly members: Pick<MemberTable, 'live'>;
  /** Removals that have not expired. */
  readonly tombstones: () => Iterable<Tombstone>;
}

/** What an entry of a member was made of. */
interface Known {
  readonly address: Member['address'];
  readonly extension: Member['extension'];
  readonly entry: ViewEntry<Member>;
}

/** What this node knows of the cluster, as it is exchanged: itself, the live members, and who was removed. */
export class View {
  readonly #rng: Rng;
  readonly #self: Self;
  readonly #parts: ViewParts;
  /** Saves hashing thousands of members for every exchange. Each lives as long as its member. */
  readonly #entries = new WeakMap<Member, Known>();

  constructor(ports: { readonly rng: Rng }, self: Self, parts: ViewParts) {
    this.#rng = ports.rng;
    this.#self = self;
    this.#parts = parts;
  }

  digest(): ViewDigest {
    const entries = [this.#selfEntry(), ...this.#memberEntries(), ...this.#tombstoneEntries()];
    return digestOf(entries, bucketCount(entries.length));
  }

  /** What to tell an asker: all there is to one that does not say what it knows. */
  answer(askerId: string, theirs: ViewDigest | undefined): ViewAnswer {
    return theirs === undefined ? this.#everything(askerId) : this.#difference(askerId, theirs);
  }

  #everything(askerId: string): ViewAnswer {
    const others = this.#parts.members.live().filter(({ id }) => id !== askerId);
    return { nodes: [selfInfo(this.#self), ...others.map(memberInfo)], news: [] };
  }

  /** What is in the buckets in which the asker knows something else; as much as fits, from a random place on. */
  #difference(askerId: string, theirs: ViewDigest): ViewAnswer {
    const members = this.#memberEntries();
    const tombstones = this.#tombstoneEntries();
    const ours = digestOf([this.#selfEntry(), ...members, ...tombstones], theirs.length);
    const buckets = bucketsThatDiffer(ours, theirs);
    if (!buckets.includes(true)) return { nodes: [], news: [] };
    const others = entriesIn(members, buckets).filter(({ item }) => item.id !== askerId);
    const infos = this.#rotated(others).map(({ item }) => memberInfo(item));
    const removed = this.#rotated(entriesIn(tombstones, buckets)).slice(0, MAX_NEWS_ITEMS);
    return {
      nodes: nodesWithin([selfInfo(this.#self), ...infos], MAX_DIFFERENCE_BYTES),
      news: removed.map(({ item }) => ({ kind: 'removed', tombstone: item })),
    };
  }

  /** Where not everything fits, another part comes first each time. */
  #rotated<Item>(items: readonly Item[]): readonly Item[] {
    if (items.length === 0) return items;
    const start = randomInt(this.#rng, items.length);
    return [...items.slice(start), ...items.slice(0, start)];
  }

  #selfEntry(): ViewEntry<Self> {
    return nodeEntry(selfInfo(this.#self), this.#self);
  }

  #memberEntries(): readonly ViewEntry<Member>[] {
    return this.#parts.members.live().map((member) => this.#entryOf(member));
  }

  #tombstoneEntries(): readonly ViewEntry<Tombstone>[] {
    return [...this.#parts.tombstones()].map(tombstoneEntry);
  }

  #entryOf(member: Member): ViewEntry<Member> {
    const { address, extension } = member;
    const known = this.#entries.get(member);
    if (known?.address === address && isSame(known.extension, extension)) return known.entry;
    const entry = nodeEntry(memberInfo(member), member);
    this.#entries.set(member, { address, extension, entry });
    return entry;
  }
}

function isSame(a: Member['extension'], b: Member['extension']): boolean {
  return a === b || (a?.incarnation === b?.incarnation && a?.instance === b?.instance);
}
