import { expect, test } from 'vitest';
import { InFlight } from '../../../../src/node/http/in-flight.js';

test('with nothing under way it is drained at once', async () => {
  await expect(new InFlight().drained()).resolves.toBeUndefined();
});

test('drained when the last of what is under way has ended, even by failing', async () => {
  const inFlight = new InFlight();
  const order: string[] = [];
  let succeed = (): void => undefined;
  let fail = (): void => undefined;
  const first = inFlight.during(() => new Promise<void>((resolve) => (succeed = resolve)));
  const second = inFlight.during(() => new Promise<void>((_, reject) => (fail = () => reject(new Error('gone')))));
  const drained = inFlight.drained().then(() => order.push('drained'));
  succeed();
  await first;
  order.push('one ended');
  fail();
  await expect(second).rejects.toThrow('gone');
  await drained;
  expect(order).toEqual(['one ended', 'drained']);
});
