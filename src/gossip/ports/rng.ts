/** A source of uniform random numbers: the platform's in a running node, seeded in a simulation. */
export interface Rng {
  /** A number in [0, 1). */
  next(): number;
}

/** A uniform integer in [0, bound). `bound` must be a positive integer. */
export function randomInt(rng: Rng, bound: number): number {
  return Math.floor(rng.next() * bound);
}

/**
 * `count` distinct items chosen uniformly, or all of them, in the order given, where there are no more. Leaves `items`
 * as it is.
 */
export function sample<T>(rng: Rng, items: readonly T[], count: number): T[] {
  return count >= items.length ? [...items] : drawn(rng, items, count);
}

/** All items, in random order. Leaves `items` as it is. */
export function shuffled<T>(rng: Rng, items: readonly T[]): T[] {
  return drawn(rng, items, items.length);
}

/**
 * All items, in random order, each the likelier to come early the more it weighs: Efraimidis and Spirakis, "Weighted random
 * sampling with a reservoir", Information Processing Letters 97 (2006), in its exponential form. What weighs nothing comes
 * last. Leaves `items` as it is.
 */
export function shuffledByWeight<T>(rng: Rng, items: readonly T[], weightOf: (item: T) => number): T[] {
  const ranked = items.map((item) => {
    const weight = weightOf(item);
    const waiting = -Math.log(1 - rng.next());
    return { item, rank: weight > 0 ? waiting / weight : Number.MAX_VALUE };
  });
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** The first `count` of a shuffle (Fisher and Yates, in the form of Durstenfeld). */
function drawn<T>(rng: Rng, items: readonly T[], count: number): T[] {
  const pool = [...items];
  for (let i = 0; i < count; i++) {
    const j = i + randomInt(rng, pool.length - i);
    const swapped = pool[i] as T;
    pool[i] = pool[j] as T;
    pool[j] = swapped;
  }
  return pool.slice(0, count);
}

/** `digits` random lower-case hexadecimal digits. */
export function randomHex(rng: Rng, digits: number): string {
  let hex = '';
  while (hex.length < digits) hex += randomInt(rng, 16).toString(16);
  return hex;
}
