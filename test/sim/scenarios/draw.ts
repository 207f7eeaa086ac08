import { type Rng, randomInt } from '../../../src/gossip/ports/rng.js';

/** A number in [min, max), all equally likely. */
export function between(rng: Rng, min: number, max: number): number {
  return min + rng.next() * (max - min);
}

/** A whole number from `min` to `max`, both included. */
export function wholeBetween(rng: Rng, min: number, max: number): number {
  return min + randomInt(rng, max - min + 1);
}

export function chance(rng: Rng, probability: number): boolean {
  return rng.next() < probability;
}

/** One of the items; `undefined` where there are none. */
export function pick<T>(rng: Rng, items: readonly T[]): T | undefined {
  return items[randomInt(rng, Math.max(1, items.length))];
}

/** A waiting time until the next of events that come `perSecond` times a second on average, in milliseconds. */
export function arrivalMs(rng: Rng, perSecond: number): number {
  return (-Math.log(1 - rng.next()) * 1000) / perSecond;
}
