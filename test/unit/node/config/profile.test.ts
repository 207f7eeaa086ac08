import { describe, expect, test } from 'vitest';
import { PROFILE_NAMES, PROFILES } from '../../../../src/gossip/membership/timing.js';
import { printConfig } from '../../../../src/node/config/print.js';
import { configOf, type GivenInput, problemsOf, resolve } from './input.js';

/** Value and source of the profile and the two options it stands in for, as `--print-config` shows them. */
function shown(input: GivenInput): readonly (readonly [string, string])[] {
  const result = resolve(input);
  if (!result.ok) throw new Error(result.problems.join());
  const rows = printConfig(result.config, result.origins);
  return ['profile', 'ping-interval', 'ping-timeout'].map((name) => {
    const row = rows.find((one) => one.name === name);
    return [row?.text ?? '', row?.source ?? ''];
  });
}

describe('the profile', () => {
  test.each(PROFILE_NAMES)('%s sets how members are probed', (profile) => {
    const { periodMs, timeoutMs } = PROFILES[profile];
    expect(configOf({ env: { REPRAM_PROFILE: profile } })).toMatchObject({
      profile,
      pingIntervalMs: periodMs,
      pingTimeoutMs: timeoutMs,
    });
  });

  test('says that it is where a value comes from, be it the default', () => {
    expect(shown({})).toEqual([
      ['lan', 'default'],
      ['1s', 'profile lan'],
      ['500ms', 'profile lan'],
    ]);
    expect(shown({ flags: { config: 'f.toml' }, files: { 'f.toml': 'profile = "wan"' } })).toEqual([
      ['wan', 'f.toml:profile'],
      ['3s', 'profile wan'],
      ['1500ms', 'profile wan'],
    ]);
  });

  test('yields to an interval and a timeout that are given, from whichever source', () => {
    expect(shown({ flags: { profile: 'wan', 'ping-interval': '4s' }, env: { REPRAM_PING_TIMEOUT: '1s' } })).toEqual([
      ['wan', '--profile'],
      ['4s', '--ping-interval'],
      ['1s', 'REPRAM_PING_TIMEOUT'],
    ]);
  });

  test('yields its timeout where only a shorter interval is given', () => {
    expect(shown({ flags: { 'ping-interval': '400ms' } }).slice(1)).toEqual([
      ['400ms', '--ping-interval'],
      ['200ms', 'half of ping-interval'],
    ]);
    expect(shown({ flags: { 'ping-interval': '500ms' } })[2]).toEqual(['500ms', 'profile lan']);
  });

  test('that does not exist is refused, and with it nothing else', () => {
    const problems = problemsOf({ flags: { profile: 'moon', 'ping-interval': '200ms' } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('one of lan, wan, local');
  });

  test('does not judge a timeout by an interval that is wrong in itself', () => {
    expect(problemsOf({ flags: { 'ping-interval': 'x', 'ping-timeout': '2s' } })).toHaveLength(1);
  });
});
