import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutated, occurrences } from './mutations/mutation.js';
import { MUTATIONS } from './mutations/mutations.js';

const SOURCES = new URL('../../src/', import.meta.url);

describe('mutations', () => {
  it.each(MUTATIONS)('$name still finds its place in the source', ({ file, find }) => {
    expect(occurrences(readFileSync(new URL(file, SOURCES), 'utf8'), find)).toBe(1);
  });

  it('are told apart by their names', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });

  it('refuse code in which the text to replace is missing, or is there twice', () => {
    const [mutation] = MUTATIONS;
    if (mutation === undefined) throw new Error('there are no mutations');
    expect(() => mutated('', mutation)).toThrow('occurs 0 times');
    expect(() => mutated(mutation.find.repeat(2), mutation)).toThrow('occurs 2 times');
  });
});
