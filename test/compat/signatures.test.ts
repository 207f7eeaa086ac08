import { describe, expect, it } from 'vitest';
import { SIGNATURE_HEADER, signBody, verifyBody } from '../../src/node/wire/signature.js';
import { loadRecordings } from '../support/recordings.js';

const { secret, records } = loadRecordings('ts-transient-signed');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const posted = records.flatMap(({ kind, headers, body }) => {
  const signature = headers?.[SIGNATURE_HEADER];
  return signature === undefined || body === undefined ? [] : [{ kind, signature, body }];
});

const framed = records.flatMap(({ kind, frame }) => {
  if (frame === undefined) return [];
  const { signature, payload } = JSON.parse(frame) as { signature?: string; payload: unknown };
  return signature === undefined ? [] : [{ kind, signature, body: JSON.stringify(payload) }];
});

describe('signatures recorded in the field', () => {
  it('come with requests and with frames', () => {
    expect([posted.length >= 6, framed.length >= 6]).toEqual([true, true]);
  });

  it.each([...posted, ...framed])('reproduces the signature of $kind $signature', ({ signature, body }) => {
    expect(signBody(secret, bytes(body))).toBe(signature);
    expect(verifyBody(secret, bytes(body), signature)).toBe('ok');
  });
});
