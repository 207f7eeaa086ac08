import type { Entry, Store } from '../ports/store.js';
import type { RepairOp } from '../replica/replica-desk.js';
import type { QuestionOf, ReplicaReply } from '../replica/request.js';
import type { Bandwidth } from './bandwidth.js';
import { costOf, entryCost, MAX_BATCH_BYTES } from './batch.js';
import { sameDigest } from './key-space.js';
import { walkLeaves } from './leaf-walk.js';

/** Most entries in one answer. */
const MAX_ENTRIES = 4096;
/** What a listed key takes besides its name, in bytes. */
const LISTED_COST = 64;

/** Answers what other replicas ask in order to become equal to this one. An answer is bounded, and says where it ends. */
export class RepairAnswers {
  readonly #store: Store;
  readonly #outbound: Bandwidth;

  constructor(ports: { readonly store: Store }, parts: { readonly outbound: Bandwidth }) {
    this.#store = ports.store;
    this.#outbound = parts.outbound;
  }

  answer(question: QuestionOf<RepairOp>): ReplicaReply<RepairOp> {
    switch (question.op) {
      case 'digest':
        return this.#digest(question);
      case 'leaves':
        return this.#leaves(question);
      case 'list':
        return this.#list(question);
      case 'fetch':
        return this.#fetch(question);
      case 'pull':
        return this.#pull(question);
    }
  }

  #digest({ root }: QuestionOf<'digest'>): ReplicaReply<'digest'> {
    const { inventory } = this.#store;
    if (sameDigest(root, inventory.root(), 0)) return { op: 'digest' };
    return { op: 'digest', branches: inventory.branches() };
  }

  #leaves({ branches }: QuestionOf<'leaves'>): ReplicaReply<'leaves'> {
    return { op: 'leaves', leaves: this.#store.inventory.leaves(branches) };
  }

  #list({ leaves, cursor }: QuestionOf<'list' | 'pull'>): ReplicaReply<'list'> {
    const page = this.#page(leaves, cursor, ({ key }) => LISTED_COST + key.length);
    const items = page.entries.map(({ key, version, bytes }) => ({ key, version, bytes: bytes.byteLength }));
    return { op: 'list', items, ...page.next };
  }

  /** Keys that are not held, and those for which there is no room, are left out. */
  #fetch({ keys }: QuestionOf<'fetch'>): ReplicaReply<'fetch'> {
    const entries: Entry[] = [];
    let bytes = 0;
    for (const key of keys) {
      const entry = this.#store.get(key);
      if (entry === undefined) continue;
      bytes += wireCost(entry);
      if (entries.length > 0 && bytes > MAX_BATCH_BYTES) break;
      entries.push(entry);
    }
    this.#outbound.spend(costOf(entries));
    return { op: 'fetch', entries };
  }

  /** Where as much has been sent as may be, the answer is empty and leads to where it began: the asker has to wait. */
  #pull({ leaves, cursor }: QuestionOf<'list' | 'pull'>): ReplicaReply<'pull'> {
    if (cursor !== undefined && !this.#outbound.isOpen) return { op: 'pull', entries: [], cursor };
    const page = this.#page(leaves, cursor, wireCost);
    this.#outbound.spend(costOf(page.entries));
    return { op: 'pull', entries: page.entries, ...page.next };
  }

  /** The entries that fit into a batch, the first one in any case, and where it goes on. */
  #page(
    leaves: readonly number[],
    cursor: string | undefined,
    cost: (entry: Entry) => number,
  ): { readonly entries: readonly Entry[]; readonly next?: { readonly cursor: string } } {
    const entries: Entry[] = [];
    let bytes = 0;
    let last: string | undefined;
    for (const entry of walkLeaves(this.#store.inventory, leaves, cursor)) {
      bytes += cost(entry);
      if (last !== undefined && (bytes > MAX_BATCH_BYTES || entries.length >= MAX_ENTRIES))
        return { entries, next: { cursor: last } };
      entries.push(entry);
      last = entry.key;
    }
    return { entries };
  }
}

function wireCost({ key, bytes }: Entry): number {
  return entryCost(key, bytes.byteLength);
}
