import { describe, expect, it } from 'vitest';
import { hashOfText } from '../../../../src/gossip/topology/text-hash.js';

describe('hashOfText', () => {
  it.each([
    ['', 0xab3e7c0b],
    ['a', 0x1a80b1b3],
    ['foobar', 0xc0da6dc],
    ['Größe 🙂', 0x676cdba4],
  ])('gives %j the number that every other node gives it', (text, hash) => {
    expect(hashOfText(text)).toBe(hash);
  });

  it('spreads ids that differ in the last character over all buckets', () => {
    const buckets = Array.from({ length: 1000 }, (_, i) => hashOfText(`node-${i}`) >>> 28);
    for (let bucket = 0; bucket < 16; bucket++) {
      const share = buckets.filter((other) => other === bucket).length;
      expect(share).toBeGreaterThan(30);
      expect(share).toBeLessThan(100);
    }
  });
});
