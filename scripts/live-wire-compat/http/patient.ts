import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, type Exchange, exchange } from './exchange.js';

const RATE_LIMIT_PATIENCE_MS = 20_000;
const RATE_LIMIT_PAUSE_MS = 250;

/** As `exchange`, but waits out a 429: nodes limit requests by address, and the whole run comes from one. */
export async function patientExchange(base: URL, request: Exchange): Promise<Answer> {
  const startedMs = performance.now();
  for (;;) {
    const answer = await exchange(base, request);
    if (answer.status !== 429 || performance.now() - startedMs > RATE_LIMIT_PATIENCE_MS) return answer;
    await delay(RATE_LIMIT_PAUSE_MS);
  }
}
