import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OMEGA_FAULTS } from '../../../src/omega/fault.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const page = read('docs/omega.md');
const [, invariants = ''] = page.split('\n## Invariants\n');
const tests = [...invariants.matchAll(/^ +- `(test\/\S+)`: `(.+)`$/gm)].map(([, file = '', name = '']) => [file, name]);
const numbers = [...invariants.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));

describe('docs/omega.md', () => {
  it.each(tests)('names a test that there is in %s: %s', (file, name) => {
    expect(read(file)).toContain(`'${name}'`);
  });

  it('numbers its invariants without a gap, each with a test', () => {
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    expect(numbers.length).toBeGreaterThan(8);
    for (const part of invariants.split(/^\d+\. /m).slice(1)) expect(part).toMatch(/^ +- `test\//m);
    expect(tests).toHaveLength(invariants.split('\n').filter((line) => line.includes('- `test/')).length);
  });

  it('has every code of a fault, and no other', () => {
    const [, table = ''] = page.split('\n## What is wrong with a list or a source\n');
    const [rows = ''] = table.split('\n## ');
    const codes = [...rows.matchAll(/`([A-Z]+(?:_[A-Z]+)*)`/g)].map(([, code]) => code);
    expect(codes.sort()).toEqual([...OMEGA_FAULTS].sort());
  });
});
