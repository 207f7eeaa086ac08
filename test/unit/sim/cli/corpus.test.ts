import { describe, expect, it } from 'vitest';
import { CORPUS, REGRESSIONS } from '../../../sim/corpus.js';
import { CATALOGUE, LONG } from '../../../sim/scenarios/catalogue.js';

describe('the corpus', () => {
  it('plays every scenario there is, but the long ones', () => {
    const played = new Set(CORPUS.map(({ scenario }) => scenario));
    expect([...CATALOGUE.keys()].filter((name) => !played.has(name))).toEqual(LONG.map(({ name }) => name));
  });

  it('holds every regression, each with the bug it found', () => {
    for (const { scenario, seed, found } of REGRESSIONS) {
      expect(CORPUS).toContainEqual({ scenario, seed });
      expect(found).toMatch(/\w.*\.$/);
    }
  });
});
