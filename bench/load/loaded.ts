import type { NodeProcess } from '../../scripts/live-wire-compat/cluster/node-process.js';
import type { Conditions } from '../measurement.js';
import { cpuSecondsOf } from '../usage.js';
import type { Load, LoadResult } from './generator.js';

/** A load, and the CPU time that all the nodes together spent on each of its requests, in µs. */
export interface CostedResult extends LoadResult {
  readonly cpuUs: number;
}

export async function runLoad(
  { generator, loadSeconds }: Conditions,
  nodes: readonly NodeProcess[],
  load: Omit<Load, 'seconds'>,
): Promise<CostedResult> {
  const before = cpuSecondsOf(nodes);
  const result = await generator.run({ ...load, seconds: loadSeconds });
  const cpuUs = ((cpuSecondsOf(nodes) - before) * 1e6) / result.requests;
  return { ...result, cpuUs };
}
