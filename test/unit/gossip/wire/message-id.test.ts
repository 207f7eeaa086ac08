import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../../../src/gossip/version.js';
import { formatMessageId, versionOf } from '../../../../src/gossip/wire/message-id.js';

const S = 1_795_215_340;
const derive = (messageId: string, from = 'n', timestampS = S) => versionOf({ from, timestampS, messageId });
const inexact = (ms: number, logical: number, origin = 'n') => ({ version: { ms, logical, origin }, exact: false });
const endOfSecond = inexact(S * 1000 + 999, 0);

describe('versionOf', () => {
  it('reads the version out of our own id, also when another node relays it', () => {
    const version = { ms: S * 1000 + 5, logical: 3, origin: 'a.b.c' };
    const id = formatMessageId(version, '00ff');
    expect(id).toBe(`hlc.${S * 1000 + 5}.3.00ff.a.b.c`);
    expect(derive(id, 'relay')).toEqual({ version, exact: true });
    expect(derive(id, 'a.b.c')).toEqual({ version, exact: true });
  });

  it('believes our form within a second of the timestamp, for a relay that stamps anew, and no further', () => {
    const id = (ms: number) => `hlc.${ms}.0.ab.o`;
    expect(derive(id((S + 1) * 1000 + 999)).exact).toBe(true);
    expect(derive(id((S - 1) * 1000)).exact).toBe(true);
    expect(derive(id((S + 2) * 1000))).toEqual(endOfSecond);
    expect(derive(id((S - 1) * 1000 - 1))).toEqual(endOfSecond);
  });

  it('is not taken in by a key that looks like an id of ours and claims the future', () => {
    expect(derive('hlc.9999999999999.5.ab.evil-1795215340956856874')).toEqual(inexact(1_795_215_340_956, 856_874));
  });

  const ms = S * 1000;
  it.each([
    ['a leading zero', `hlc.0${ms}.0.ab.o`],
    ['a leading zero in the logical part', `hlc.${ms}.00.ab.o`],
    ['a logical part beyond 31 bits', `hlc.${ms}.2147483648.ab.o`],
    ['a sign', `hlc.+${ms}.0.ab.o`],
    ['an exponent', `hlc.1e12.0.ab.o`],
    ['no instance', `hlc.${ms}.0..o`],
    ['an instance that is not hexadecimal', `hlc.${ms}.0.xyz.o`],
    ['no origin', `hlc.${ms}.0.ab.`],
    ['an origin with a control character', `hlc.${ms}.0.ab.o\n`],
    ['an origin that is too long', `hlc.${ms}.0.ab.${'o'.repeat(257)}`],
    ['something in front', `xhlc.${ms}.0.ab.o`],
  ])('takes an id with %s for none of ours', (_what, id) => {
    expect(derive(id)).toEqual(endOfSecond);
  });

  it('refines the second with what Go and TypeScript nodes put into their ids, without losing digits', () => {
    expect(derive('bin-1795215340956856874')).toEqual(inexact(1_795_215_340_956, 856_874));
    expect(derive('bin-1795215340956856875')).toEqual(inexact(1_795_215_340_956, 856_875));
    expect(derive('a-b/c-1795215340363-1795215340363000000-12')).toEqual(inexact(1_795_215_340_363, 12));
  });

  it.each([
    ['Go, another second', 'k-1795215341000000000'],
    ['TypeScript, another second', 'k-1795215339999-1795215339999000000-1'],
    ['TypeScript, a counter beyond 31 bits', 'k-1795215340363-1795215340363000000-2147483648'],
    ['Go, a digit too many', 'k-17952153409568568740'],
    ['opaque', 'm-1'],
  ])('falls back to the end of the second: %s', (_what, id) => {
    expect(derive(id)).toEqual(endOfSecond);
  });

  it('lets an older node that says no more than the second win over our write before it', () => {
    const ours = derive(formatMessageId({ ms: ms + 998, logical: 7, origin: 'us' }, 'ab'), 'us').version;
    expect(compareVersions(derive('m-1', 'old').version, ours)).toBeGreaterThan(0);
  });

  it('keeps the order in which one older node wrote within a millisecond', () => {
    const ids = [
      'k-1795215340363-1795215340363000000-9',
      'k-1795215340363-1795215340363000000-10',
      'k-1795215340364-1795215340364000000-11',
    ];
    const versions = ids.map((id) => derive(id).version);
    expect([...versions].reverse().sort(compareVersions)).toEqual(versions);
  });
});
