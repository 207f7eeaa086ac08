import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe.each([
  ['docs/protocol.md', 20],
  ['docs/tree.md', 11],
])('the invariants of %s', (path, moreThan) => {
  const [, invariants = ''] = read(path).split('\n## Invariants\n');
  const tests = [...invariants.matchAll(/^ +- `(test\/\S+)`: `(.+)`$/gm)].map(([, file = '', name = '']) => [
    file,
    name,
  ]);
  const numbers = [...invariants.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));

  it.each(tests)('are enforced by %s: %s', (file, name) => {
    expect(read(file)).toContain(`'${name}'`);
  });

  it('are numbered without a gap, and each names a test', () => {
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    const parts = invariants.split(/^\d+\. /m).slice(1);
    expect(parts).toHaveLength(numbers.length);
    for (const part of parts) expect(part).toMatch(/^ +- `test\//m);
  });

  it('are all read here', () => {
    expect(numbers.length).toBeGreaterThan(moreThan);
    expect(tests).toHaveLength(invariants.split('\n').filter((line) => line.includes('- `test/')).length);
  });
});
