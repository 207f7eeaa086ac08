import { setTimeout as delay } from 'node:timers/promises';
import { Unmet } from './expect.js';

export interface Patience {
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

export interface Awaited<T> {
  readonly value: T;
  readonly elapsedMs: number;
}

/** Asks `probe` until it yields something other than undefined. A probe that throws counts as "not yet". */
export async function eventually<T>(
  what: string,
  patience: Patience,
  probe: () => Promise<T | undefined>,
): Promise<Awaited<T>> {
  const startedMs = performance.now();
  let lastError = '';
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return { value, elapsedMs: performance.now() - startedMs };
    } catch (error) {
      lastError = `; last error: ${messageOf(error)}`;
    }
    if (performance.now() - startedMs >= patience.timeoutMs) {
      throw new Unmet(`${what}: not within ${patience.timeoutMs} ms${lastError}`);
    }
    await delay(patience.everyMs ?? 50);
  }
}

/** Resolves after `ms`: for watching that something does not happen. */
export async function quiet(ms: number): Promise<void> {
  await delay(ms);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
