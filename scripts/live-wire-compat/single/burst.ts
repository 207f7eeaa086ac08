import { exchange } from '../http/exchange.js';

const IN_FLIGHT = 32;

export interface Limited {
  readonly sent: number;
  readonly text: string;
}

/** Asks for /v1/health as fast as it can until one answer is 429; undefined where none of `most` is. */
export async function burstUntil429(url: URL, most: number): Promise<Limited | undefined> {
  let sent = 0;
  while (sent < most) {
    const wave = Array.from({ length: IN_FLIGHT }, () => exchange(url, { path: '/v1/health' }));
    const answers = await Promise.all(wave);
    const limited = answers.findIndex((answer) => answer.status === 429);
    if (limited >= 0) return { sent: sent + limited, text: answers[limited]?.text ?? '' };
    sent += IN_FLIGHT;
  }
  return undefined;
}
