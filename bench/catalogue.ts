import type { Measurement } from './measurement.js';
import { eviction } from './measurements/eviction.js';
import { get } from './measurements/get.js';
import { idle } from './measurements/idle.js';
import { memory } from './measurements/memory.js';
import { put } from './measurements/put.js';
import { startup } from './measurements/startup.js';

export const MEASUREMENTS: readonly Measurement[] = [put, get, memory, idle, startup, eviction];

/** The measurements named, all of them where none is. */
export function measurementsOf(names: readonly string[]): readonly Measurement[] {
  return names.length === 0 ? MEASUREMENTS : MEASUREMENTS.filter(({ id }) => names.includes(id));
}
