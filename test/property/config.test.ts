import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { formatDuration, parseDuration } from '../../src/node/config/duration.js';
import { flagOf, variableOf } from '../../src/node/config/option.js';
import { OPTIONS, SETTING_NAMES } from '../../src/node/config/options.js';
import { resolveConfig } from '../../src/node/config/resolve.js';
import { similarNames } from '../../src/node/config/suggest.js';
import { printable } from '../../src/node/printable.js';

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.integer().map(String), fc.float().map(String));
const variables = SETTING_NAMES.map((name) => variableOf(OPTIONS[name]));
const flagNames = SETTING_NAMES.map((name) => flagOf(OPTIONS[name]).slice(2));

describe('configuration', () => {
  test.prop([
    fc.dictionary(
      fc.oneof(
        fc.constantFrom(...variables),
        fc.string().map((name) => `REPRAM_${name}`),
      ),
      anyText,
    ),
    fc.dictionary(fc.constantFrom(...flagNames), fc.oneof(anyText, fc.boolean())),
    anyText,
  ])('of any text resolves or says why in printable lines, and never throws', (env, flags, toml) => {
    const result = resolveConfig({ env, flags: { ...flags, config: 'f.toml' }, readFile: () => toml });
    for (const line of [...result.warnings, ...(result.ok ? [] : result.problems)]) expect(line).toBe(printable(line));
    if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
  });

  test.prop([fc.integer({ min: 0, max: 100 * 3_600_000 })])('a duration is printed so that it is read back', (ms) => {
    expect(parseDuration(formatDuration(ms))).toBe(ms);
  });

  test.prop([anyText])('a suggestion is always a name that exists', (name) => {
    for (const suggestion of similarNames(name, variables)) expect(variables).toContain(suggestion);
  });

  test.prop([fc.string({ unit: 'binary' })])(
    'printable text stays as it is when it is made printable again',
    (text) => {
      expect(printable(printable(text))).toBe(printable(text));
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029]/u);
    },
  );
});
