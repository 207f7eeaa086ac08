import { type Check, type Group, passed, skipped } from '../check.js';
import { expect, expectEqual } from '../expect.js';
import { burstUntil429 } from './burst.js';
import type { Subject } from './subject.js';

const MOST_REQUESTS = 1000;

const rate: Check<Subject> = {
  id: 'limits.rate',
  title: 'Too many requests from one address are answered 429 `Rate limit exceeded`, and served again later',
  reference: 'Client API: rate limit',
  level: 'required',
  async run(subject) {
    const limited = await burstUntil429(subject.url, MOST_REQUESTS);
    if (limited === undefined) return skipped(`no 429 within ${MOST_REQUESTS} requests: no limit, or a high one`);
    expectEqual(limited.text.trim(), 'Rate limit exceeded', 'body of the 429');
    expect(await subject.isAlive(), 'not served again within 20 s');
    return passed(`after ${limited.sent} requests`, { requests: limited.sent });
  },
};

export const limitsGroup: Group<Subject> = { title: 'Limits', checks: [rate] };
