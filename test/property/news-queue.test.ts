import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { NewsQueue, retransmitLimit } from '../../src/gossip/membership/news-queue.js';
import { MAX_NEWS_BYTES } from '../../src/gossip/wire/limits.js';
import { type News, newsBytes, subjectOf } from '../../src/gossip/wire/news.js';
import { infoOf } from '../support/gossip-bench.js';
import { ReadableMetrics } from '../support/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';

const LIVE = 10;
const LIMIT = retransmitLimit(LIVE);
const ids = fc.constantFrom('a', 'b', 'c');
const incarnations = fc.nat(2);
const signs = fc.constantFrom(0, 100, 249, 250, 1000);

/** Few nodes, incarnations and accusers, so that items meet; claims differ in nothing else. */
const items: fc.Arbitrary<News> = fc.oneof(
  fc
    .tuple(ids, incarnations)
    .map(([id, incarnation]) => ({ kind: 'alive', info: infoOf(id, { incarnation }) }) as const),
  fc.record({
    kind: fc.constantFrom('suspect' as const, 'dead' as const),
    id: ids,
    incarnation: incarnations,
    by: fc.constantFrom('x', 'y', 'z'),
    silentMs: fc.constant(500),
  }),
  fc.record({ kind: fc.constant('heard' as const), id: ids, incarnation: incarnations, silentMs: signs }),
  fc.record({ kind: fc.constant('left' as const), id: ids, incarnation: incarnations }),
  fc.record({
    kind: fc.constant('removed' as const),
    tombstone: fc.record({
      id: ids,
      incarnation: incarnations,
      removedAtMs: fc.constant(0),
      expiresAtMs: fc.nat(1),
      by: fc.constant('x'),
    }),
  }),
);

type Step =
  | { readonly do: 'add'; readonly news: News }
  | { readonly do: 'take'; readonly items: number; readonly bytes: number }
  | { readonly do: 'wait'; readonly ms: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), news: items }) },
    fc.record({ do: fc.constant('take' as const), items: fc.nat(4), bytes: fc.constantFrom(0, 60, 130, 2048) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 100, 250) }),
  ),
  { maxLength: 60 },
);

/** What an item says, but for how long ago. */
const nameOf = (news: News): string => JSON.stringify({ ...news, silentMs: 0 });
const standing = (news: News): string => `${news.kind} ${subjectOf(news).incarnation}`;

/** A queue beside what must hold of it. */
class Watched {
  readonly clock: VirtualClock = new VirtualClock();
  readonly queue: NewsQueue = new NewsQueue(
    { clock: this.clock, metrics: new ReadableMetrics() },
    { liveCount: () => LIVE },
  );
  /** How often each item was told since it was last queued. */
  readonly #told = new Map<string, number>();
  /** The latest status queued of each node. */
  readonly #latest = new Map<string, News>();
  readonly #untold = new Map<string, News>();

  add(news: News): void {
    if (!this.queue.add(news)) return;
    this.#told.set(nameOf(news), 0);
    if (news.kind === 'heard') return;
    this.#latest.set(subjectOf(news).id, news);
    this.#untold.set(subjectOf(news).id, news);
  }

  take(maxItems: number, maxBytes: number): void {
    const taken = this.queue.take(maxItems, maxBytes);
    expect(taken.length).toBeLessThanOrEqual(maxItems);
    expect(taken.reduce((sum, news) => sum + newsBytes(news) + 1, 0)).toBeLessThanOrEqual(maxBytes);
    expect(new Set(taken.map(nameOf)).size, 'nothing twice in one message').toBe(taken.length);
    for (const news of taken) this.#tell(news);
  }

  checkAllTold(): void {
    expect([...this.#untold.values()]).toEqual([]);
  }

  #tell(news: News): void {
    const told = (this.#told.get(nameOf(news)) ?? LIMIT) + 1;
    expect(told).toBeLessThanOrEqual(LIMIT);
    this.#told.set(nameOf(news), told);
    const { id } = subjectOf(news);
    const latest = this.#latest.get(id);
    if (news.kind === 'heard' || latest === undefined) return;
    expect(standing(news), 'what is overtaken is not told').toBe(standing(latest));
    const untold = this.#untold.get(id);
    if (untold !== undefined && nameOf(untold) === nameOf(news)) this.#untold.delete(id);
  }
}

describe('the queue of news', () => {
  test.prop([steps], { numRuns: 500 })(
    'tells nothing more often than the limit, nothing overtaken, and the latest status of each node at last',
    (sequence) => {
      const watched = new Watched();
      for (const step of sequence) {
        if (step.do === 'add') watched.add(step.news);
        else if (step.do === 'wait') watched.clock.advance(step.ms);
        else watched.take(step.items, step.bytes);
      }
      for (let left = watched.queue.size * LIMIT; left > 0; left--) watched.take(1, MAX_NEWS_BYTES);
      expect(watched.queue.isEmpty).toBe(true);
      watched.checkAllTold();
    },
  );

  test.prop([fc.array(items, { maxLength: 25 }).chain((news) => fc.tuple(fc.constant(news), shuffled(news)))])(
    'holds the same in whatever order the news came',
    ([news, other]) => {
      expect(held(other)).toEqual(held(news));
    },
  );
});

function shuffled(news: readonly News[]): fc.Arbitrary<readonly News[]> {
  return fc.shuffledSubarray([...news], { minLength: news.length, maxLength: news.length });
}

function held(news: readonly News[]): ReadonlySet<string> {
  const { queue } = new Watched();
  for (const item of news) queue.add(item);
  return new Set(queue.take(1000, 1_000_000).map((item) => JSON.stringify(item)));
}
