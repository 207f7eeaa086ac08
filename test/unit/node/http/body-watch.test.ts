import { expect, test } from 'vitest';
import { SMALL_BODY_BYTES } from '../../../../src/node/http/body-budget.js';
import { BodyWatch, MAX_STALL_MS, MIN_PROGRESS_BYTES } from '../../../../src/node/http/body-watch.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

function watched(initial: number) {
  const clock = new VirtualClock();
  const body = { size: initial, stalls: 0 };
  const end = new BodyWatch({ clock }).begin(
    () => body.size,
    () => {
      body.stalls++;
      end();
    },
  );
  /** Twelve times as long as a body may stall, at `bytesPerStall`. */
  const drip = (bytesPerStall: number): void => {
    for (let i = 0; i < 24; i++) {
      body.size += bytesPerStall / 2;
      clock.advance(MAX_STALL_MS / 2);
    }
  };
  return { clock, body, drip };
}

test('ABodyThatBringsNothing_Stalls_NeitherEarlyNorTwice', () => {
  const { clock, body } = watched(0);
  clock.advance(MAX_STALL_MS - 1);
  expect(body.stalls).toBe(0);
  clock.advance(2001);
  expect([body.stalls, clock.pendingTimers]).toEqual([1, 0]);
});

test('ASmallBody_MayDrip_ALargeOneHasToBringMore', () => {
  const small = watched(0);
  small.drip(2);
  expect(small.body.stalls).toBe(0);
  const steady = watched(SMALL_BODY_BYTES + 1);
  steady.drip(1.5 * MIN_PROGRESS_BYTES);
  expect(steady.body.stalls).toBe(0);
  const slow = watched(SMALL_BODY_BYTES + 1);
  slow.drip(MIN_PROGRESS_BYTES / 4);
  expect(slow.body.stalls).toBe(1);
});
