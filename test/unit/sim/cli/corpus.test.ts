import { describe, expect, it } from 'vitest';
import { CORPUS, REGRESSIONS } from '../../../sim/corpus.js';
import { CATALOGUE } from '../../../sim/scenarios/catalogue.js';

describe('the corpus', () => {
  it('plays every scenario there is', () => {
    expect(new Set(CORPUS.map(({ scenario }) => scenario))).toEqual(new Set(CATALOGUE.keys()));
  });

  it('holds every regression, each with the bug it found', () => {
    for (const { scenario, seed, found } of REGRESSIONS) {
      expect(CORPUS).toContainEqual({ scenario, seed });
      expect(found).toMatch(/\w.*\.$/);
    }
  });
});
