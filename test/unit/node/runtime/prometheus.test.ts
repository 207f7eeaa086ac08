import { beforeEach, expect, test } from 'vitest';
import { PrometheusMetrics } from '../../../../src/node/runtime/prometheus.js';

let metrics: PrometheusMetrics;
beforeEach(() => {
  metrics = new PrometheusMetrics();
});

/** The samples, without comments. */
async function samples(): Promise<string[]> {
  return (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

test('a counter counts, and is there before it has', async () => {
  const counter = metrics.counter('a_total', 'A.');
  expect(await samples()).toEqual(['a_total 0']);
  counter.inc();
  counter.inc(2);
  expect(await samples()).toEqual(['a_total 3']);
});

test('being read does not change a counter', async () => {
  metrics.counter('a_total', 'A.').inc();
  await samples();
  expect(await samples()).toEqual(['a_total 1']);
});

test('the same name and labels are the same series, other labels another', async () => {
  metrics.counter('a_total', 'A.', { kind: 'x' }).inc();
  metrics.counter('a_total', 'A.', { kind: 'x' }).inc();
  metrics.counter('a_total', 'A.', { kind: 'y' }).inc();
  expect(await samples()).toEqual(['a_total{kind="x"} 2', 'a_total{kind="y"} 1']);
});

test('a gauge is asked at each collection', async () => {
  let value = 1;
  metrics.gauge('a', 'A.', () => value);
  expect(await samples()).toEqual(['a 1']);
  value = 2;
  expect(await samples()).toEqual(['a 2']);
});

test('a histogram sorts into its buckets', async () => {
  const histogram = metrics.histogram('a_seconds', 'A.', [0.1, 1]);
  for (const value of [0.05, 0.5, 5]) histogram.observe(value);
  expect(await samples()).toEqual([
    'a_seconds_bucket{le="0.1"} 1',
    'a_seconds_bucket{le="1"} 2',
    'a_seconds_bucket{le="+Inf"} 3',
    'a_seconds_sum 5.55',
    'a_seconds_count 3',
  ]);
});

test('a histogram keeps apart what has other labels, and is one by name', async () => {
  const histogram = (cause: string) => metrics.histogram('a_seconds', 'A.', [1], { cause });
  histogram('x').observe(0.5);
  histogram('y').observe(2);
  histogram('x').observe(0.5);
  expect(await samples()).toEqual(
    expect.arrayContaining(['a_seconds_count{cause="x"} 2', 'a_seconds_bucket{le="1",cause="y"} 0']),
  );
});

test('two nodes in one process count apart', async () => {
  metrics.counter('a_total', 'A.').inc();
  new PrometheusMetrics().counter('a_total', 'A.').inc();
  expect(await samples()).toEqual(['a_total 1']);
});
