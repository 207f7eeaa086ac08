import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { SETTLING_MS } from '../../src/gossip/repair/session.js';
import { compareVersions, type Version } from '../../src/gossip/version.js';
import { Replica } from '../support/replica.js';
import { VirtualClock } from '../support/virtual-clock.js';

const write = fc.record({
  key: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ unit: 'binary', minLength: 1, maxLength: 12 })),
  side: fc.constantFrom('here', 'there', 'both'),
  age: fc.integer({ min: 0, max: 10_000 }),
  logical: fc.integer({ min: 0, max: 3 }),
  origin: fc.constantFrom('n1', 'n2'),
  length: fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 0, max: 300 }) },
    { weight: 1, arbitrary: fc.constant(150_000) },
  ),
});

type Write = typeof write extends fc.Arbitrary<infer Value> ? Value : never;

/** Puts each write where it is said to be, and says which version of each key is the newest anywhere. */
function spread(writes: readonly Write[], here: Replica, there: Replica): ReadonlyMap<string, Version> {
  const newest = new Map<string, Version>();
  for (const { key, side, age, logical, origin, length } of writes) {
    const version = { ms: here.clock.nowMs() - age, logical, origin };
    const held = newest.get(key);
    if (held === undefined || compareVersions(version, held) > 0) newest.set(key, version);
    const text = `${origin}${'x'.repeat(length)}`;
    if (side !== 'there') here.put(key, { version, text });
    if (side !== 'here') there.put(key, { version, text });
  }
  return newest;
}

describe('one session', () => {
  test.prop([fc.array(write, { maxLength: 60 })], { numRuns: 60 })(
    'makes two replicas equal, with the newest version of each key, whatever is in them',
    async (writes) => {
      const clock = new VirtualClock();
      const [here, there] = [new Replica(clock), new Replica(clock)];
      const newest = spread(writes, here, there);
      clock.advance(SETTLING_MS + 1);
      const wereEqual = here.store.inventory.root().join() === there.store.inventory.root().join();
      expect(await here.sessionWith(there).run()).toBe(wereEqual ? 'equal' : 'repaired');
      for (const { store } of [here, there]) {
        expect(store.keys({}).keys).toHaveLength(newest.size);
        for (const [key, version] of newest) expect(store.get(key)?.version).toEqual(version);
      }
      expect(here.store.inventory.root()).toEqual(there.store.inventory.root());
    },
    20_000,
  );
});
