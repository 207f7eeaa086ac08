import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../../../src/gossip/wire/base64.js';
import { ed25519 } from '../../../src/node/omega/ed25519.js';
import { formatPrivateKey, formatPublicKey, parsePrivateKey, parsePublicKey } from '../../../src/omega/keys.js';
import {
  independentLine,
  independentPublicKey,
  KEYS,
  keyPair,
  OTHER_KEYS,
  START_S,
  signedLine,
  verifier,
} from '../../support/root-lists.js';

const NOW_MS = START_S * 1000;
const codeOf = (line: string, by = verifier()) => {
  const verdict = by.verify(line, NOW_MS);
  return verdict.ok ? 'ok' : verdict.code;
};

describe('a signed line', () => {
  it('verifies, and says who signed it and where the roots are', () => {
    const verdict = verifier(OTHER_KEYS, KEYS).verify(signedLine(), NOW_MS);
    expect(verdict).toMatchObject({
      ok: true,
      list: { key: formatPublicKey(KEYS.publicKey), roots: [{ host: 'a.test', port: 8080 }, { host: 'b.test' }] },
    });
  });

  it('is the same that the platform makes of the text of the format', () => {
    const nodes = ['b.test:8080', '[2001:db8::1]:8080', 'A.test:1'];
    const ours = signedLine({ expiresS: START_S + 60, nodes });
    expect(ours).toBe(independentLine(START_S + 60, nodes, KEYS.seed));
    expect(formatPublicKey(KEYS.publicKey)).toBe(independentPublicKey(KEYS.seed));
    expect(codeOf(ours)).toBe('ok');
  });

  it.each([
    ['WRONG_VERSION', signedLine({ version: 'omega-v2' })],
    ['EXPIRED', signedLine({ expiresS: START_S })],
    ['EXPIRED', signedLine({ expiresS: 0 })],
    ['ok', signedLine({ expiresS: START_S + 1 })],
    ['BAD_SIGNATURE', signedLine({ keys: OTHER_KEYS })],
    ['BAD_SIGNATURE', signedLine().replace('a.test', 'c.test')],
    ['BAD_SIGNATURE', signedLine().replace(/exp=\d/, 'exp=9')],
    ['BAD_SIGNATURE', signedLine().replace(/sig=.*/, `sig=${encodeBase64(new Uint8Array(64))}`)],
    ['MISSING_FIELD', 'v=omega-v1'],
  ])('gives %s: %.70s', (code, line) => {
    expect(codeOf(line)).toBe(code);
  });

  it('counts for as long as one of the trusted keys has signed it, and for none without', () => {
    expect(codeOf(signedLine({ keys: OTHER_KEYS }), verifier(KEYS, OTHER_KEYS))).toBe('ok');
    expect(codeOf(signedLine(), verifier(OTHER_KEYS))).toBe('BAD_SIGNATURE');
  });

  it('SmallOrderKey_SignsAnything_AndIsNoKey', () => {
    const identity = Uint8Array.from([1, ...new Uint8Array(31)]);
    const forged = Uint8Array.from([1, ...new Uint8Array(63)]);
    expect(ed25519.isPublicKey(identity)).toBe(false);
    expect(ed25519.verify(forged, Buffer.from('anything'), identity)).toBe(false);
  });

  it('SecondEncodingOfTheScalar_IsRefused', () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const message = Buffer.from('message');
    const signature = ed25519.sign(message, KEYS.seed);
    let scalar = order + BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`);
    const second = Uint8Array.from(signature);
    for (let i = 32; i < 64; i++, scalar >>= 8n) second[i] = Number(scalar & 0xffn);
    expect(ed25519.verify(signature, message, KEYS.publicKey)).toBe(true);
    expect(ed25519.verify(second, message, KEYS.publicKey)).toBe(false);
  });

  it('bytes of any length verify or do not, and never throw', () => {
    expect(ed25519.verify(new Uint8Array(3), new Uint8Array(), KEYS.publicKey)).toBe(false);
    expect(ed25519.verify(new Uint8Array(64), new Uint8Array(), new Uint8Array(5))).toBe(false);
    expect(ed25519.isPublicKey(new Uint8Array(5))).toBe(false);
  });
});

describe('keys', () => {
  it('a private key file is read back, also with the seed alone', () => {
    const keys = keyPair(9);
    const text = formatPrivateKey(keys);
    for (const given of [text, ` ${encodeBase64(keys.seed)}\n`]) {
      const parsed = parsePrivateKey(given, ed25519);
      expect(parsed.ok && formatPrivateKey(parsed.keys)).toBe(text);
    }
  });

  it.each([
    ['ENCODING', ''],
    ['ENCODING', 'not base64'],
    ['ENCODING', encodeBase64(new Uint8Array(33))],
    ['ENCODING', encodeBase64(new Uint8Array(65))],
    ['MISMATCH', encodeBase64(Buffer.concat([KEYS.seed, OTHER_KEYS.publicKey]))],
  ])('a private key file is refused as %s', (fault, text) => {
    expect(parsePrivateKey(text, ed25519)).toEqual({ ok: false, fault });
  });

  it('a public key is 32 bytes that are a point', () => {
    const text = formatPublicKey(KEYS.publicKey);
    expect(formatPublicKey(parsePublicKey(text, ed25519) ?? new Uint8Array())).toBe(text);
    expect(parsePublicKey(encodeBase64(KEYS.publicKey.subarray(1)), ed25519)).toBeUndefined();
    expect(parsePublicKey(encodeBase64(Buffer.alloc(32, 0xff)), ed25519)).toBeUndefined();
    expect(parsePublicKey('', ed25519)).toBeUndefined();
  });
});
