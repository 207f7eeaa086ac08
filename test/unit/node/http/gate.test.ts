import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { Gate } from '../../../../src/node/http/gate.js';
import { ReadableMetrics } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const from = (remoteAddress: string) => ({ headers: {}, socket: { remoteAddress } }) as unknown as IncomingMessage;

it('Upgrades_CountAgainstTheBudgetOfTheirAddress_AndArePassedWhileDraining', () => {
  const [clock, metrics] = [new VirtualClock(), new ReadableMetrics()];
  const gate = new Gate({ clock, metrics }, { rateLimit: 2, trustProxy: false });
  gate.drain();
  const ask = (address: string) => gate.refusalOfUpgrade(from(address));
  expect([1, 2, 3, 4].map(() => ask('10.0.0.1'))).toEqual([undefined, undefined, undefined, undefined]);
  expect(ask('10.0.0.1')).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n.*\r\nRetry-After: 1\r\n/s);
  expect(ask('10.0.0.2')).toBeUndefined();
  clock.advance(500);
  expect(ask('10.0.0.1')).toBeUndefined();
  expect(metrics.value('repram_rate_limited_requests_total')).toBe(1);
});
