import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { decodeViewDigest, encodeViewDigest, MAX_DIGEST_BUCKETS } from '../../../../src/gossip/wire/view-digest.js';
import { viewDigests } from '../../../support/messages.js';

const zeros = (bytes: number): string => Buffer.alloc(bytes).toString('base64');

describe('a digest on the wire', () => {
  it('is its numbers in network byte order, as base64', () => {
    expect(encodeViewDigest([1, 0xfffefdfc])).toBe('AAAAAf/+/fw=');
  });

  test.prop([viewDigests])('survives a round trip', (digest) => {
    expect(decodeViewDigest(encodeViewDigest(digest))).toEqual(digest);
  });

  it.each([
    ['nothing', undefined],
    ['empty', ''],
    ['a number', 4],
    ['a list', [0]],
    ['of half a number', zeros(2)],
    ['of one and a half', zeros(6)],
    ['of three buckets', zeros(12)],
    ['of more buckets than there may be', zeros(8 * MAX_DIGEST_BUCKETS)],
    ['not canonical', 'AAAAAQ'],
    ['of another alphabet', 'AAAAAf_-_fw='],
  ])('is refused where it is none: %s', (_what, value) => {
    expect(decodeViewDigest(value)).toBeUndefined();
  });

  test.prop([fc.anything()])('is read without a throw, whatever it is', (value) => {
    expect(() => decodeViewDigest(value)).not.toThrow();
  });
});
