import { expect, test } from 'vitest';
import { Chunks } from '../../../../src/node/http/chunks.js';

test('ABodyThatComesByteByByte_IsKeptInFewBuffers_AndInOrder', () => {
  const chunks = new Chunks();
  const text = Array.from({ length: 100_000 }, (_, i) => String(i % 10)).join('');
  for (const letter of text) chunks.add(Buffer.from(letter));
  expect(chunks.count).toBeLessThan(1000);
  expect(chunks.size).toBe(100_000);
  expect(chunks.join(true).toString()).toBe(text);
});
