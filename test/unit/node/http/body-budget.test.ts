import { expect, test } from 'vitest';
import {
  BodyBudget,
  type BodyShare,
  MAX_BODIES_BYTES,
  MAX_LARGE_BODIES_BYTES,
  SAFE_MS,
  SMALL_BODY_BYTES,
} from '../../../../src/node/http/body-budget.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const never = (): void => {
  throw new Error('displaced');
};

function fill(budget: BodyBudget, address: string, bytes: number, onDisplaced = never): BodyShare[] {
  const shares: BodyShare[] = [];
  for (let taken = 0; taken < bytes; taken += SMALL_BODY_BYTES) {
    const share = budget.open(address, 0, onDisplaced);
    expect(share.grow(SMALL_BODY_BYTES)).toBe(true);
    shares.push(share);
  }
  return shares;
}

test('Large_LeaveTheirAddressRoomForSmall_AndOtherAddressesRoomForBoth', () => {
  const budget = new BodyBudget({ clock: new VirtualClock() });
  expect(budget.open('a', 0, never).grow(MAX_LARGE_BODIES_BYTES / 2)).toBe(true);
  expect(budget.open('a', 0, never).grow(SMALL_BODY_BYTES + 1)).toBe(false);
  expect(budget.open('a', 0, never).grow(SMALL_BODY_BYTES)).toBe(true);
  expect(budget.open('b', 0, never).grow(SMALL_BODY_BYTES + 1)).toBe(true);
});

test('Small_OfOneAddress_LeaveOthersRoom', () => {
  const budget = new BodyBudget({ clock: new VirtualClock() });
  fill(budget, 'a', MAX_BODIES_BYTES / 2);
  expect(budget.open('a', 0, never).grow(1)).toBe(false);
  expect(budget.open('b', 0, never).grow(SMALL_BODY_BYTES)).toBe(true);
});

test('ABodyThatGrowsLarge_CountsAsLargeWithAllItHas_AndOneThatSaysSoFromItsFirstByte', () => {
  const budget = new BodyBudget({ clock: new VirtualClock() });
  expect(budget.open('a', 0, never).grow(MAX_LARGE_BODIES_BYTES / 2 - SMALL_BODY_BYTES)).toBe(true);
  const growing = budget.open('a', 0, never);
  expect(growing.grow(SMALL_BODY_BYTES)).toBe(true);
  expect(growing.grow(SMALL_BODY_BYTES + 1)).toBe(false);
  expect(budget.open('a', SMALL_BODY_BYTES + 1, never).grow(SMALL_BODY_BYTES)).toBe(true);
  expect(budget.open('a', SMALL_BODY_BYTES + 1, never).grow(1)).toBe(false);
});

test('NothingIsCounted_ForWhatIsAnnounced_NorAfterRelease', () => {
  const budget = new BodyBudget({ clock: new VirtualClock() });
  const shares = Array.from({ length: 100 }, (_, i) => budget.open(`a${i}`, MAX_BODIES_BYTES, never));
  expect([budget.heldBytes, budget.addresses]).toEqual([0, 0]);
  for (const share of shares) share.grow(10);
  expect([budget.heldBytes, budget.addresses]).toEqual([1000, 100]);
  for (const share of [...shares, ...shares]) share.release();
  expect([budget.heldBytes, budget.addresses]).toEqual([0, 0]);
  expect(budget.open('a1', 0, never).grow(MAX_LARGE_BODIES_BYTES / 2)).toBe(true);
});

test('SmallThatTakeTheirTime_MakeRoomForYoungerOnes_TheOldestFirst_AndOfTheAddressThatHasTooMuch', () => {
  const clock = new VirtualClock();
  const budget = new BodyBudget({ clock });
  const displaced: string[] = [];
  for (const address of ['a', 'b']) {
    const shares: BodyShare[] = [];
    shares.push(
      ...fill(budget, address, MAX_BODIES_BYTES / 2, () => {
        displaced.push(address);
        shares.shift()?.release();
      }),
    );
  }
  expect(budget.open('c', 0, never).grow(1)).toBe(false);
  clock.advance(SAFE_MS);
  expect(budget.open('c', 0, never).grow(SMALL_BODY_BYTES)).toBe(true);
  expect(displaced).toEqual(['a']);
  expect(budget.open('b', 0, never).grow(SMALL_BODY_BYTES)).toBe(true);
  expect(displaced).toEqual(['a', 'b']);
  expect(budget.heldBytes).toBe(MAX_BODIES_BYTES);
});

test('LargeBodies_MakeRoomForNobody_NorDisplaceAnybody', () => {
  const clock = new VirtualClock();
  const budget = new BodyBudget({ clock });
  for (const address of ['a', 'b']) expect(budget.open(address, 0, never).grow(MAX_LARGE_BODIES_BYTES / 2)).toBe(true);
  fill(budget, 'c', MAX_BODIES_BYTES - MAX_LARGE_BODIES_BYTES);
  clock.advance(SAFE_MS);
  expect(budget.open('d', 0, never).grow(SMALL_BODY_BYTES + 1)).toBe(false);
  expect(budget.heldBytes).toBe(MAX_BODIES_BYTES);
});
