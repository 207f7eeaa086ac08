import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Member } from '../../src/gossip/membership/member.js';
import { MAX_DIFFERENCE_BYTES, View, type ViewAnswer } from '../../src/gossip/topology/view.js';
import { digestOf, nodeEntry } from '../../src/gossip/topology/view-digest.js';
import type { Tombstone } from '../../src/gossip/wire/news.js';
import { nodeListText } from '../../src/gossip/wire/node-list.js';
import { GossipBench, infoOf, SELF } from '../support/gossip-bench.js';
import { nodeInfos } from '../support/messages.js';
import { SeededRng } from '../support/ports.js';

const bucketCounts = fc.integer({ min: 0, max: 7 }).map((exponent) => 2 ** exponent);

/** One of two nodes that exchange what they know, and where it keeps that. */
class Side {
  readonly id: string;
  readonly view: View;
  readonly #bench = new GossipBench();
  readonly #tombstones = new Map<string, Tombstone>();

  constructor(id: string, known: Iterable<string>, removed: Iterable<string>) {
    this.id = id;
    const parts = { members: this.#bench.gossip.members, tombstones: () => this.#tombstones.values() };
    const self = { ...SELF, id, instance: `${id}${SELF.incarnation}`, address: { host: `${id}.test`, port: 8080 } };
    this.view = new View({ rng: new SeededRng(1) }, self, parts);
    for (const other of known) this.#learn(other);
    for (const other of removed) this.#bury({ id: other, incarnation: 1, removedAtMs: 1, expiresAtMs: 2, by: id });
  }

  /** Takes in what another answers to the digest of this one, having learnt of this one by its question. */
  ask(other: Side): ViewAnswer {
    other.#learn(this.id);
    const answer = other.view.answer(this.id, this.view.digest());
    for (const news of answer.news) if (news.kind === 'removed') this.#bury(news.tombstone);
    for (const { id } of answer.nodes) this.#learn(id);
    return answer;
  }

  get known(): readonly string[] {
    const ids = this.#bench.gossip.members.live().map(({ id }: Member) => id);
    return [this.id, ...ids, ...[...this.#tombstones.keys()].map((id) => `removed ${id}`)].sort();
  }

  #learn(id: string): void {
    if (id !== this.id) this.#bench.gossip.members.learn(infoOf(id, { incarnation: 1000 }), 'hearsay');
  }

  #bury(tombstone: Tombstone): void {
    this.#tombstones.set(tombstone.id, tombstone);
  }
}

const someIds = (prefix: string) =>
  fc.uniqueArray(
    fc.nat(60).map((n) => `${prefix}${n}`),
    { maxLength: 40 },
  );

describe('digests of views', () => {
  test.prop([fc.uniqueArray(nodeInfos, { selector: ({ id }) => id }), bucketCounts, fc.infiniteStream(fc.nat())])(
    'do not depend on the order in which nodes became known',
    (infos, buckets, order) => {
      const entries = infos.map((info) => nodeEntry(info, info));
      const shuffled = entries
        .map((entry) => ({ entry, at: order.next().value }))
        .sort((a, b) => Number(a.at) - Number(b.at))
        .map(({ entry }) => entry);
      expect(digestOf(shuffled, buckets)).toEqual(digestOf(entries, buckets));
    },
  );

  test.prop([fc.uniqueArray(nodeInfos, { selector: ({ id }) => id, minLength: 1 }), bucketCounts, fc.nat()])(
    'differ where one node is missing',
    (infos, buckets, at) => {
      const entries = infos.map((info) => nodeEntry(info, info));
      expect(digestOf(entries.toSpliced(at % entries.length, 1), buckets)).not.toEqual(digestOf(entries, buckets));
    },
  );
});

describe('an exchange of views', () => {
  test.prop([someIds('n'), someIds('n'), someIds('r'), someIds('r')])(
    'of one request each way leaves both with the union, and the next one tells nothing',
    (knownToA, knownToB, removedByA, removedByB) => {
      const a = new Side('a', knownToA, removedByA);
      const b = new Side('b', knownToB, removedByB);
      a.ask(b);
      b.ask(a);
      const removed = [...removedByA, ...removedByB].map((id) => `removed ${id}`);
      expect(a.known).toEqual([...new Set(['a', 'b', ...knownToA, ...knownToB, ...removed])].sort());
      expect(b.known).toEqual(a.known);
      expect(a.ask(b)).toEqual({ nodes: [], news: [] });
      expect(b.ask(a)).toEqual({ nodes: [], news: [] });
    },
  );

  test.prop([fc.integer({ min: 500, max: 900 })], { numRuns: 5 })(
    'is bounded, and repeated ones get through all: a third each, in any order',
    (size) => {
      const b = new Side(
        'b',
        Array.from({ length: size }, (_, i) => `n${i}`),
        [],
      );
      const a = new Side('a', [], []);
      let exchanges = 0;
      for (; a.known.length < size + 2 && exchanges < 50; exchanges++) {
        const answer = a.ask(b);
        expect(answer.nodes[0]?.id).toBe('b');
        expect(Buffer.byteLength(nodeListText(answer.nodes, 0))).toBeLessThanOrEqual(MAX_DIFFERENCE_BYTES);
      }
      expect(a.known).toEqual(b.known);
      expect(exchanges).toBeGreaterThan(1);
      expect(exchanges).toBeLessThanOrEqual(12);
    },
  );
});
