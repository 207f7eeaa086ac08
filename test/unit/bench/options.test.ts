import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../bench/options.js';

describe('parseOptions', () => {
  it('measures everything, five times, when nothing is said', () => {
    expect(parseOptions([])).toMatchObject({ only: [], runs: 5, keys: 100_000, generator: 'auto' });
  });

  it('lets a flag win over --quick, in either order', () => {
    expect(parseOptions(['--quick', '--runs', '3'])).toMatchObject({ runs: 3, loadSeconds: 2 });
    expect(parseOptions(['--runs', '3', '--quick'])).toMatchObject({ runs: 3, loadSeconds: 2 });
  });

  it('takes names in one list and in several', () => {
    expect(parseOptions(['--only', 'put,get', '--only', 'idle']).only).toEqual(['put', 'get', 'idle']);
  });

  it.each([
    [['--only', 'puts'], /--only "puts": allowed are put, get/],
    [['--only', ''], /--only ""/],
    [['--runs', '0'], /--runs "0": allowed are whole numbers from 1/],
    [['--runs', '1e3'], /--runs "1e3"/],
    [['--seconds', '-1'], /--seconds|ambiguous/],
    [['--generator', 'ab'], /--generator "ab": allowed is auto, autocannon, wrk/],
    [['--against', "'open"], /--against .*quote/],
    [['--against', 'x {typo}'], /unknown \{typo\}/],
    [['--json', ''], /--json must name a file/],
    [['--jsn', 'x'], /Allowed: --against/],
  ])('refuses %j and says what is allowed', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
