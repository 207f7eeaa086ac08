import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { compareUnits, compareUtf8, needsUtf8Order } from '../../../../src/node/store/key-order.js';

const awkward = fc.string({
  unit: fc.constantFrom('', 'a', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1f600}', '\u{10ffff}'),
  maxLength: 5,
});
const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe('key order', () => {
  test.prop([awkward, awkward], { numRuns: 2000 })('is that of the UTF-8 bytes', (a, b) => {
    expect(Math.sign(compareUtf8(a, b))).toBe(bytewise(a, b));
  });

  test.prop([awkward, awkward], { numRuns: 2000 })(
    'is that of the code units where one of the two is plain',
    (a, b) => {
      fc.pre(!needsUtf8Order(a));
      expect(compareUnits(a, b)).toBe(bytewise(a, b));
      expect(compareUnits(b, a)).toBe(bytewise(b, a));
    },
  );
});
