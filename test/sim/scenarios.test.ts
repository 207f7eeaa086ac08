import { describe, expect, test } from 'vitest';
import { SCRIPTED } from './scenarios/catalogue.js';
import { mixed } from './scenarios/mixed.js';
import { type RunReport, runScenario } from './scenarios/run.js';
import { formatEvent } from './world/event-log.js';

/** Those that take long: `npm run sim:ci` plays them, as all others, with every core. */
const LONG: ReadonlySet<string> = new Set([
  'random-everything',
  'loss-50',
  'one-slow-node',
  'clean-start-100',
  'join-storm',
  'lossy-writes-4000',
  'clean-start-50',
  'tree-crowd',
]);
const BRIEF = SCRIPTED.filter(({ name }) => !LONG.has(name));

/** A few: `npm run sim:ci` plays 200 of them. */
const MIXED_SEEDS = [1, 2, 3, 4, 5];

async function recorded(seed: number): Promise<{ report: RunReport; bytes: string }> {
  const lines: string[] = [];
  const report = await runScenario(mixed, seed, { onEvent: (event) => lines.push(formatEvent(event)) });
  return { report, bytes: lines.join('') };
}

describe('scenarios', () => {
  test.each(BRIEF.map((scenario) => [scenario.name, scenario] as const))(
    '%s keeps every invariant',
    async (_, scenario) => {
      const report = await runScenario(scenario, 1);
      expect(report.violation).toBeUndefined();
      expect(report.tally.started).toBeGreaterThan(0);
    },
  );

  test.each(MIXED_SEEDS)('mixed keeps every invariant with seed %i', async (seed) => {
    expect((await runScenario(mixed, seed)).violation).toBeUndefined();
  });
});

describe('determinism', () => {
  test.each([1, 2, 3])('seed %i gives the same run twice, to the byte of the event log', async (seed) => {
    const [one, other] = [await recorded(seed), await recorded(seed)];
    expect(one.bytes.length).toBeGreaterThan(10_000);
    expect(one.bytes === other.bytes).toBe(true);
    expect(other.report).toEqual(one.report);
  });

  test('seeds that differ give runs that differ', async () => {
    const digests = await Promise.all([11, 12, 13].map(async (seed) => (await runScenario(mixed, seed)).digest));
    expect(new Set(digests).size).toBe(3);
  });
});
