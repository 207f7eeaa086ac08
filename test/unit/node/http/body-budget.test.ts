import { expect, test } from 'vitest';
import {
  BodyBudget,
  MAX_BODIES_BYTES,
  MAX_LARGE_BODIES_BYTES,
  SMALL_BODY_BYTES,
} from '../../../../src/node/http/body-budget.js';

test('Large_LeaveTheirAddressRoomForSmall_AndOtherAddressesRoomForBoth', () => {
  const budget = new BodyBudget();
  expect(budget.open('a', 0).grow(MAX_LARGE_BODIES_BYTES / 2)).toBe(true);
  expect(budget.open('a', 0).grow(SMALL_BODY_BYTES + 1)).toBe(false);
  expect(budget.open('a', 0).grow(SMALL_BODY_BYTES)).toBe(true);
  expect(budget.open('b', 0).grow(SMALL_BODY_BYTES + 1)).toBe(true);
});

test('Small_OfOneAddress_LeaveOthersRoom', () => {
  const budget = new BodyBudget();
  for (let taken = 0; taken < MAX_BODIES_BYTES / 2; taken += SMALL_BODY_BYTES) {
    expect(budget.open('a', 0).grow(SMALL_BODY_BYTES)).toBe(true);
  }
  expect(budget.open('a', 0).grow(1)).toBe(false);
  expect(budget.open('b', 0).grow(SMALL_BODY_BYTES)).toBe(true);
});

test('ABodyThatGrowsLarge_CountsAsLargeWithAllItHas_AndOneThatSaysSoFromItsFirstByte', () => {
  const budget = new BodyBudget();
  expect(budget.open('a', 0).grow(MAX_LARGE_BODIES_BYTES / 2 - SMALL_BODY_BYTES)).toBe(true);
  const growing = budget.open('a', 0);
  expect(growing.grow(SMALL_BODY_BYTES)).toBe(true);
  expect(growing.grow(SMALL_BODY_BYTES + 1)).toBe(false);
  expect(budget.open('a', SMALL_BODY_BYTES + 1).grow(SMALL_BODY_BYTES)).toBe(true);
  expect(budget.open('a', SMALL_BODY_BYTES + 1).grow(1)).toBe(false);
});

test('NothingIsCounted_ForWhatIsAnnounced_NorAfterRelease', () => {
  const budget = new BodyBudget();
  const shares = Array.from({ length: 100 }, (_, i) => budget.open(`a${i}`, MAX_BODIES_BYTES));
  expect([budget.heldBytes, budget.addresses]).toEqual([0, 0]);
  for (const share of shares) share.grow(10);
  expect([budget.heldBytes, budget.addresses]).toEqual([1000, 100]);
  for (const share of [...shares, ...shares]) share.release();
  expect([budget.heldBytes, budget.addresses]).toEqual([0, 0]);
  expect(budget.open('a1', 0).grow(MAX_LARGE_BODIES_BYTES / 2)).toBe(true);
});
