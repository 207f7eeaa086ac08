import { fc, test } from '@fast-check/vitest';
import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect, it } from 'vitest';
import { type CborValue, decodeCbor, encodeCbor } from '../../../../src/gossip/wire/cbor.js';
import { cborBytes } from '../../../../src/gossip/wire/cbor-writer.js';

const reference = new Encoder({ useRecords: false, variableMapSize: true, mapsAsObjects: true, tagUint8Array: false });

const { value: values } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.nat(2 ** 32 - 1),
    fc.constantFrom(23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER, 0.5, 1e300),
    fc.boolean(),
    fc.stringMatching(/^[ -~]{0,300}$/),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,30}$/), tie('value'), { maxKeys: 16, noNullPrototype: true }),
  ),
}));

describe('encodeCbor', () => {
  it.each([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [255, '18ff'],
    [256, '190100'],
    [65_535, '19ffff'],
    [65_536, '1a00010000'],
    [4_294_967_295, '1affffffff'],
    [4_294_967_296, 'fb41f0000000000000'],
    [1.5, 'fb3ff8000000000000'],
    [false, 'f4'],
    [true, 'f5'],
    ['', '60'],
    ['put', '63707574'],
    [Buffer.from([1, 2]), '420102'],
    [[1, [2]], '82018102'],
    [{ a: 1, b: {} }, 'a26161016162a0'],
  ] as const)('writes %j as RFC 8949 has it', (value, hex) => {
    expect(Buffer.from(encodeCbor(value)).toString('hex')).toBe(hex);
  });

  test.prop([values], { numRuns: 500 })(
    'writes what the library reads, and it reads what the library writes',
    (value) => {
      const bytes = encodeCbor(value);
      expect(bytes.byteLength).toBe(cborBytes(value));
      const decoded = decodeCbor(bytes, { maxBytes: 1_000_000, maxValues: 100_000 });
      expect(decoded).toEqual(reference.decode(bytes));
      expect(Buffer.compare(encodeCbor(decoded as CborValue), bytes)).toBe(0);
    },
  );
});
