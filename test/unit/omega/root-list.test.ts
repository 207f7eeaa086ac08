import { describe, expect, it } from 'vitest';
import { FAULT_TEXT, LIST_FAULTS, OMEGA_FAULTS } from '../../../src/omega/fault.js';
import { canonicalText, formatRootList, isNewer, parseRootList, rootsOf } from '../../../src/omega/root-list.js';

const SIG = Buffer.alloc(64, 7).toString('base64');
const LINE = `v=omega-v1;exp=1800000000;nodes=a.test:1,b.test:2;sig=${SIG}`;

const codeOf = (line: string) => {
  const parsed = parseRootList(line);
  return parsed.ok ? 'ok' : parsed.code;
};

describe('a line', () => {
  it('is read into its parts', () => {
    expect(parseRootList(LINE)).toEqual({
      ok: true,
      list: {
        version: 'omega-v1',
        expiresS: 1_800_000_000,
        nodes: ['a.test:1', 'b.test:2'],
        signature: expect.objectContaining({ length: 64 }),
      },
    });
  });

  it.each([
    ['TOO_LONG', LINE.replace('a.test:1', `a.test:1,${'b'.repeat(65_536)}`)],
    ['TOO_LONG', LINE.replace('v=omega-v1', `v=${'ä'.repeat(40_000)}`)],
    ['MALFORMED', ''],
    ['MALFORMED', 'omega'],
    ['MALFORMED', `${LINE};`],
    ['MALFORMED', `;${LINE}`],
    ['MALFORMED', LINE.replace(';exp=', ';;exp=')],
    ['MALFORMED', LINE.replace(';exp=', ';=1;exp=')],
    ['UNKNOWN_FIELD', `${LINE};x=1`],
    ['UNKNOWN_FIELD', ` ${LINE}`],
    ['UNKNOWN_FIELD', LINE.replace(';exp', '; exp')],
    ['UNKNOWN_FIELD', LINE.replace('exp', 'EXP')],
    ['UNKNOWN_FIELD', `${LINE};constructor=1`],
    ['DUPLICATE_FIELD', `${LINE};v=omega-v1`],
    ['DUPLICATE_FIELD', `${LINE};sig=${SIG}`],
    ['MISSING_FIELD', LINE.replace('v=omega-v1;', '')],
    ['MISSING_FIELD', LINE.replace('exp=1800000000;', '')],
    ['MISSING_FIELD', LINE.replace('nodes=a.test:1,b.test:2;', '')],
    ['MISSING_FIELD', LINE.replace(`;sig=${SIG}`, '')],
    ['BAD_EXPIRY', LINE.replace('1800000000', '')],
    ['BAD_EXPIRY', LINE.replace('1800000000', '01800000000')],
    ['BAD_EXPIRY', LINE.replace('1800000000', '+1800000000')],
    ['BAD_EXPIRY', LINE.replace('1800000000', '1.8e9')],
    ['BAD_EXPIRY', LINE.replace('1800000000', '-1')],
    ['BAD_EXPIRY', LINE.replace('1800000000', ' 1800000000')],
    ['BAD_EXPIRY', LINE.replace('1800000000', '9007199254740993')],
    ['NO_NODES', LINE.replace('a.test:1,b.test:2', '')],
    ['TOO_MANY_NODES', LINE.replace('a.test:1', Array.from({ length: 1001 }, (_, i) => `n${i}:1`).join(','))],
    ['BAD_NODE', LINE.replace('a.test:1', 'a.test')],
    ['BAD_NODE', LINE.replace('a.test:1', 'a.test:0')],
    ['BAD_NODE', LINE.replace('a.test:1', 'a.test:65536')],
    ['BAD_NODE', LINE.replace('a.test:1', '2001:db8::1:1')],
    ['BAD_NODE', LINE.replace('a.test:1', 'http://a.test:1')],
    ['BAD_NODE', LINE.replace('a.test:1,', 'a.test:1, ')],
    ['BAD_NODE', LINE.replace('a.test:1,', 'a.test:1,,')],
    ['BAD_SIGNATURE_ENCODING', LINE.replace(SIG, '')],
    ['BAD_SIGNATURE_ENCODING', LINE.replace(SIG, SIG.slice(0, -2))],
    ['BAD_SIGNATURE_ENCODING', LINE.replace(SIG, Buffer.alloc(63, 7).toString('base64'))],
    ['BAD_SIGNATURE_ENCODING', LINE.replace(SIG, Buffer.alloc(65, 7).toString('base64'))],
    ['BAD_SIGNATURE_ENCODING', LINE.replace(SIG, Buffer.alloc(64, 0xff).toString('base64url'))],
    ['BAD_SIGNATURE_ENCODING', `${LINE}\n`],
  ])('is refused as %s: %.60s', (code, line) => {
    expect(codeOf(line)).toBe(code);
  });

  it('takes bracketed IPv6 nodes, and a port that stands in the address too', () => {
    const line = LINE.replace('a.test:1', '[2001:db8::1]:8080');
    const parsed = parseRootList(line);
    expect(parsed.ok && rootsOf(parsed.list)).toEqual([
      { host: '2001:db8::1', port: 8080 },
      { host: 'b.test', port: 2 },
    ]);
  });

  it('that names a node twice, in two spellings, names one root; what is signed keeps both', () => {
    const parsed = parseRootList(LINE.replace('a.test:1', 'B.TEST:2'));
    if (!parsed.ok) throw new Error(parsed.code);
    expect(rootsOf(parsed.list)).toEqual([{ host: 'b.test', port: 2 }]);
    expect(canonicalText(parsed.list)).toContain('nodes=B.TEST:2,b.test:2');
  });

  it('is written in the order that is signed, however it was given', () => {
    const parsed = parseRootList(`sig=${SIG};nodes=b.test:2,a.test:1;exp=1800000000;v=omega-v1`);
    expect(parsed.ok && formatRootList(parsed.list)).toBe(LINE);
  });
});

describe('of two lists', () => {
  const list = (expiresS: number, ...nodes: string[]) => ({ version: 'omega-v1', expiresS, nodes });

  it('the one that expires later counts, whatever it names', () => {
    expect(isNewer(list(2, 'a:1'), list(1, 'z:1'))).toBe(true);
    expect(isNewer(list(1, 'z:1'), list(2, 'a:1'))).toBe(false);
  });

  it('that expire at once, all nodes choose the same', () => {
    expect(isNewer(list(1, 'b:1'), list(1, 'a:1'))).toBe(true);
    expect(isNewer(list(1, 'a:1'), list(1, 'b:1'))).toBe(false);
    expect(isNewer(list(1, 'b:1', 'a:1'), list(1, 'a:1', 'b:1'))).toBe(false);
  });
});

it('each fault has a text of its own for operators', () => {
  expect(new Set(OMEGA_FAULTS).size).toBe(OMEGA_FAULTS.length);
  expect(new Set(OMEGA_FAULTS.map((code) => FAULT_TEXT[code])).size).toBe(OMEGA_FAULTS.length);
  expect(LIST_FAULTS).toHaveLength(14);
});
