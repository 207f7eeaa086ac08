import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { MAX_CLOCK_SKEW_MS } from '../../src/gossip/hybrid-clock.js';
import { REMOVAL_MEMORY_MS, Tombstones } from '../../src/gossip/membership/tombstones.js';
import type { Tombstone } from '../../src/gossip/wire/news.js';
import { infoOf } from '../support/gossip-bench.js';
import { ReadableMetrics } from '../support/ports.js';
import { VIRTUAL_START_MS, VirtualClock } from '../support/virtual-clock.js';

const IDS = ['a', 'b'] as const;
const LONGEST_MS = REMOVAL_MEMORY_MS + MAX_CLOCK_SKEW_MS;

const tombstones: fc.Arbitrary<Tombstone> = fc.record({
  id: fc.constantFrom(...IDS),
  incarnation: fc.nat(3),
  removedAtMs: fc.constantFrom(0, VIRTUAL_START_MS),
  expiresAtMs: fc.oneof(
    fc.integer({ min: -2, max: 5 }).map((hours) => VIRTUAL_START_MS + hours * 3_600_000),
    fc.constantFrom(VIRTUAL_START_MS + LONGEST_MS, VIRTUAL_START_MS + LONGEST_MS + 1, Number.MAX_SAFE_INTEGER),
  ),
  by: fc.constantFrom('x', 'y'),
});

type Step = Tombstone | { readonly waitMs: number } | 'expire';

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: tombstones },
    fc.record({ waitMs: fc.constantFrom(1, 3_600_000, 90_000_000) }),
    fc.constant('expire' as const),
  ),
  { maxLength: 30 },
);

const open = (clock: VirtualClock = new VirtualClock()): Tombstones =>
  new Tombstones({ clock, metrics: new ReadableMetrics() });

/** The highest incarnation that is barred; -1 where none is, not even a node without one. */
function bar(among: Tombstones, id: string): number {
  const barred = [0, 1, 2, 3, 4].filter((incarnation) => among.bars(infoOf(id, { incarnation })));
  expect(barred, 'whatever is below the incarnation is barred').toEqual([0, 1, 2, 3, 4].slice(0, barred.length));
  expect(among.bars(infoOf(id))).toBe(barred.length > 0);
  return barred.length - 1;
}

/** A set of tombstones beside those it has heard of, clamped. */
class Watched {
  readonly clock: VirtualClock = new VirtualClock();
  readonly #set: Tombstones = open(this.clock);
  readonly #heard: Tombstone[] = [];

  do(step: Step): void {
    const before = IDS.map((id) => bar(this.#set, id));
    if (step === 'expire') this.#set.expire();
    else if ('waitMs' in step) this.clock.advance(step.waitMs);
    else this.#hear(step);
    for (const [at, id] of IDS.entries()) {
      const after = bar(this.#set, id);
      expect(after, 'only what has not expired bars').toBeLessThanOrEqual(this.#highest(id));
      const hasWaited = step !== 'expire' && 'waitMs' in step;
      if (!hasWaited) expect(after, 'only time takes a bar away').toBeGreaterThanOrEqual(before[at] ?? -1);
    }
  }

  get isEmpty(): boolean {
    return this.#set.all().length === 0;
  }

  #hear(tombstone: Tombstone): void {
    const { id, incarnation, expiresAtMs } = tombstone;
    if (this.#set.set(tombstone) === 'new') expect(this.#set.get(id)).toMatchObject({ incarnation });
    this.#heard.push({ ...tombstone, expiresAtMs: Math.min(expiresAtMs, this.clock.nowMs() + LONGEST_MS) });
  }

  #highest(id: string): number {
    const lasting = this.#heard.filter((heard) => heard.id === id && heard.expiresAtMs > this.clock.nowMs());
    return Math.max(-1, ...lasting.map(({ incarnation }) => incarnation));
  }
}

describe('tombstones', () => {
  test.prop([steps], { numRuns: 500 })(
    'bar ever more until they expire, and nothing after that, nor for longer than a day',
    (sequence) => {
      const watched = new Watched();
      for (const step of sequence) watched.do(step);
      watched.clock.advance(LONGEST_MS);
      expect(watched.isEmpty).toBe(true);
    },
  );

  test.prop([fc.array(tombstones, { maxLength: 12 }).chain((all) => fc.tuple(fc.constant(all), shuffled(all)))])(
    'are the same in whatever order, and however often, they are heard of',
    ([all, other]) => {
      const [one, two] = [open(), open()];
      for (const tombstone of all) one.set(tombstone);
      for (const tombstone of [...other, ...all]) two.set(tombstone);
      expect(new Set(two.all())).toEqual(new Set(one.all()));
      for (const tombstone of one.all()) expect(two.set(tombstone)).toBe('known');
    },
  );
});

function shuffled(all: readonly Tombstone[]): fc.Arbitrary<readonly Tombstone[]> {
  return fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length });
}
