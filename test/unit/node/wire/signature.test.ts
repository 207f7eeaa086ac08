import { describe, expect, it } from 'vitest';
import { signBody, verifyBody } from '../../../../src/node/wire/signature.js';

const body = new TextEncoder().encode('{"type":"PING"}');
const secret = 'schlüssel';
const good = signBody(secret, body);

describe('verifyBody', () => {
  it('knows the published HMAC-SHA256 vector (RFC 4231 case 2)', () => {
    expect(signBody('Jefe', new TextEncoder().encode('what do ya want for nothing?'))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it.each([
    ['the signature', good, 'ok'],
    ['the signature in upper case', good.toUpperCase(), 'ok'],
    ['no header', undefined, 'missing'],
    ['an empty header', '', 'missing'],
    ['another signature', signBody('other', body), 'invalid'],
    ['a signature cut short', good.slice(0, 62), 'invalid'],
    ['a signature with something behind it', `${good}00`, 'invalid'],
    ['a signature with a line break behind it', `${good}\n`, 'invalid'],
    ['64 characters that are not hexadecimal', 'g'.repeat(64), 'invalid'],
    ['64 characters of several bytes', 'ü'.repeat(64), 'invalid'],
    ['two signatures as node:http joins them', `${good}, ${good}`, 'invalid'],
  ])('answers %s', (_case, header, expected) => {
    expect(verifyBody(secret, body, header)).toBe(expected);
  });

  it('covers every byte of the body', () => {
    for (let index = 0; index < body.length; index++) {
      const changed = Uint8Array.from(body);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(verifyBody(secret, changed, good)).toBe('invalid');
    }
  });
});
