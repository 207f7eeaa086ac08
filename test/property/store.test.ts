import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { Entry, KeyPage, PutOutcome } from '../../src/gossip/ports/store.js';
import { compareVersions } from '../../src/gossip/version.js';
import { EXPIRED_MEMORY_MS } from '../../src/node/store/expired-versions.js';
import { footprint } from '../../src/node/store/footprint.js';
import { MemoryStore } from '../../src/node/store/memory-store.js';
import { entry } from '../support/entries.js';
import { ReadableMetrics, RecordingLog } from '../support/ports.js';
import { VirtualClock } from '../support/virtual-clock.js';

const CAP = 4 * footprint('k', 200);

/** The store as its contract reads, with no index: a list that is searched. */
class NaiveStore {
  entries: Entry[] = [];
  /** The newest write of each key, whether it was in time or not. */
  readonly newest = new Map<string, Entry>();

  put(written: Entry, nowMs: number): PutOutcome {
    const newest = this.newest.get(written.key);
    const counts = newest !== undefined && nowMs < newest.expiresAtMs + EXPIRED_MEMORY_MS;
    if (counts && compareVersions(written.version, newest.version) < 0) return 'stale';
    const others = this.entries.filter((other) => other.key !== written.key);
    if (nowMs >= written.expiresAtMs) {
      this.entries = others;
      this.newest.set(written.key, written);
      return 'expired';
    }
    // Room is regained at the end of the second in which a value expires.
    const inTheWay = others.filter((other) => (Math.floor(other.expiresAtMs / 1000) + 1) * 1000 > nowMs);
    if (size(inTheWay) + size([written]) > CAP) return 'full';
    this.entries = [...others, written];
    this.newest.set(written.key, written);
    return 'stored';
  }

  get(key: string, nowMs: number): Entry | undefined {
    return this.entries.find((held) => held.key === key && nowMs < held.expiresAtMs);
  }

  keys(query: { prefix?: string; cursor?: string; limit?: number }, nowMs: number): KeyPage {
    const bytes = (text: string) => Buffer.from(text);
    const { prefix = '', cursor, limit = Number.POSITIVE_INFINITY } = query;
    const matching = this.entries
      .filter((held) => nowMs < held.expiresAtMs && held.key.startsWith(prefix))
      .map((held) => held.key)
      .filter((key) => cursor === undefined || bytes(key).compare(bytes(cursor)) > 0)
      .sort((a, b) => bytes(a).compare(bytes(b)));
    const keys = matching.slice(0, limit);
    const last = keys.at(-1);
    return matching.length > keys.length && last !== undefined ? { keys, nextCursor: last } : { keys };
  }
}

function size(entries: readonly Entry[]): number {
  return entries.reduce((sum, held) => sum + footprint(held.key, held.bytes.byteLength), 0);
}

interface Model {
  readonly naive: NaiveStore;
}

interface Real {
  readonly clock: VirtualClock;
  readonly metrics: ReadableMetrics;
  readonly store: MemoryStore;
}

type StoreCommand = fc.Command<Model, Real>;

function command(name: string, run: (model: Model, real: Real) => void): StoreCommand {
  const checked = (model: Model, real: Real): void => {
    run(model, real);
    expect(real.metrics.value('repram_store_bytes')).toBeLessThanOrEqual(CAP);
  };
  return { check: () => true, run: checked, toString: () => name };
}

const key = fc.constantFrom('a', 'ab', 'b', 'é', '\uffee', '\u{1f600}', 'ba');
const version = fc.record({ ms: fc.nat(3), logical: fc.nat(1), origin: fc.constantFrom('m', 'n') });

const puts = fc
  .record({
    key,
    version,
    length: fc.constantFrom(0, 1, 64, 65, 200, 5000),
    lifeMs: fc.constantFrom(-1, 0, 1, 999, 1000, 2500, 60_000),
    seed: fc.nat(255),
  })
  .map(({ key, version, length, lifeMs, seed }) =>
    command(
      `put(${JSON.stringify(key)}, ${JSON.stringify(version)}, ${length} bytes, ${lifeMs} ms)`,
      ({ naive }, { clock, store }) => {
        const nowMs = clock.nowMs();
        const make = (): Entry =>
          entry(nowMs, { key, version, expiresAtMs: nowMs + lifeMs, bytes: new Uint8Array(length).fill(seed) });
        expect(store.put(make())).toBe(naive.put(make(), nowMs));
      },
    ),
  );

const gets = key.map((key) =>
  command(`get(${JSON.stringify(key)})`, ({ naive }, { clock, store }) => {
    const [found, expected] = [store.get(key), naive.get(key, clock.nowMs())];
    expect(found && { bytes: [...found.bytes], version: found.version, expiresAtMs: found.expiresAtMs }).toEqual(
      expected && { bytes: [...expected.bytes], version: expected.version, expiresAtMs: expected.expiresAtMs },
    );
  }),
);

const lists = fc
  .record(
    {
      prefix: fc.constantFrom('', 'a', 'b', '\uffee', '\u{1f600}', 'x'),
      cursor: key,
      limit: fc.integer({ min: 1, max: 4 }),
    },
    { requiredKeys: [] },
  )
  .map((query) =>
    command(`keys(${JSON.stringify(query)})`, ({ naive }, { clock, store }) => {
      expect(store.keys(query)).toEqual(naive.keys(query, clock.nowMs()));
    }),
  );

const steps = fc
  .constantFrom(1, 500, 999, 1000, 2000, 10_000, 58_000)
  .map((ms) => command(`advance(${ms})`, (_model, { clock }) => clock.advance(ms)));

const jumps = fc
  .constantFrom(1, 1000, 3_600_000)
  .map((ms) => command(`jump(${ms})`, (_model, { clock }) => clock.jump(ms)));

function setUp(sweeping: boolean): { model: Model; real: Real } {
  const clock = new VirtualClock();
  const metrics = new ReadableMetrics();
  const store = new MemoryStore({ clock, metrics, log: new RecordingLog() }, { maxBytes: CAP });
  if (sweeping) store.start();
  return { model: { naive: new NaiveStore() }, real: { clock, metrics, store } };
}

describe('MemoryStore', () => {
  test.prop([fc.commands([puts, puts, gets, lists, steps, jumps], { maxCommands: 60 }), fc.boolean()], {
    numRuns: 400,
  })('does what its contract says, swept or not', (commands, sweeping) => {
    fc.modelRun(() => setUp(sweeping), commands);
  });

  test.prop([fc.array(fc.tuple(puts, steps), { maxLength: 30 })])('holds nothing once all has expired', (pairs) => {
    const { model, real } = setUp(true);
    for (const [write, step] of pairs) {
      write.run(model, real);
      step.run(model, real);
    }
    real.clock.advance(62_000);
    expect([real.metrics.value('repram_store_entries'), real.metrics.value('repram_store_bytes')]).toEqual([0, 0]);
  });
});
