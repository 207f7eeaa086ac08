import { describe, expect, it } from 'vitest';
import type { Conditions, Figure, Measurement, Sample } from '../../../bench/measurement.js';
import { runMeasurement } from '../../../bench/run.js';
import { formatNumber, renderTable } from '../../../bench/table.js';
import { kindOf } from '../../../scripts/live-wire-compat/cluster/command.js';

const SUBJECTS = [kindOf('ours'), kindOf('./other')];

const FIGURE: Figure = { id: 'speed', title: 'speed', unit: '/s', better: 'higher' };

const CONDITIONS: Omit<Conditions, 'kind'> = {
  generator: { name: 'none', run: () => Promise.reject(new Error('no load wanted')) },
  loadSeconds: 1,
  warmUpSeconds: 1,
  idleSeconds: 1,
  keys: 1,
  evictionTimeoutMs: 1,
};

/** Gives each subject its values in turn, and notes the order in which it was asked. */
function measurementOf(
  values: Readonly<Record<string, readonly (number | undefined)[]>>,
  order: string[] = [],
): Measurement {
  const runs = new Map<string, number>();
  return {
    id: 'fake',
    title: 'Fake',
    figures: () => [FIGURE],
    run: ({ kind }): Promise<Sample> => {
      order.push(kind.label);
      const run = runs.get(kind.label) ?? 0;
      runs.set(kind.label, run + 1);
      return Promise.resolve({ speed: values[kind.label]?.[run] });
    },
  };
}

const measure = (measurement: Measurement, runs: number) =>
  runMeasurement(measurement, SUBJECTS, runs, CONDITIONS, () => undefined);

describe('runMeasurement', () => {
  it('takes the subjects in turn, so that noise hits both', async () => {
    const order: string[] = [];
    await measure(measurementOf({}, order), 2);
    expect(order).toEqual(['ours', 'other', 'ours', 'other']);
  });

  it('leaves out what did not come in time instead of counting it as zero', async () => {
    const { rows } = await measure(measurementOf({ ours: [5, undefined, 7], other: [] }), 3);
    expect(rows[0]?.samples).toEqual([[5, 7], []]);
    expect(rows[0]?.summaries).toEqual([{ median: 6, min: 5, max: 7 }, undefined]);
  });
});

describe('renderTable', () => {
  it('divides our median by the other', async () => {
    const text = renderTable(await measure(measurementOf({ ours: [4, 6], other: [2, 2] }), 2), SUBJECTS);
    expect(text.split('\n')[1]).toMatch(/^speed +\/s +5 \(4–6\) +2 +2\.5×$/);
  });

  it('says none, and gives no ratio, where one has nothing to show', async () => {
    const text = renderTable(await measure(measurementOf({ ours: [4], other: [undefined] }), 1), SUBJECTS);
    expect(text.split('\n')[1]).toMatch(/^speed +\/s +4 +none$/);
  });

  it('gives no ratio to zero', async () => {
    const text = renderTable(await measure(measurementOf({ ours: [4], other: [0] }), 1), SUBJECTS);
    expect(text).not.toMatch(/Infinity|NaN|×/);
  });
});

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [0.12345, '0.123'],
    [17.28, '17.3'],
    [123.4, '123'],
    [45678.9, '45,679'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});
