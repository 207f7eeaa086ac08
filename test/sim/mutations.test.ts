import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mutated, occurrences } from './mutations/mutation.js';
import { MUTATIONS } from './mutations/mutations.js';
import { TRAPS } from './scenarios/traps/traps.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = new URL('../../src/', import.meta.url);

/** Caught in the first run each: one in a trap, one in the mixed scenario, one by the loop of two nodes that answer. */
const QUICK = ['duplicate-acks-count', 'get-serves-expired', 'every-sync-is-answered'];

describe('mutations', () => {
  it.each(MUTATIONS)('$name still finds its place in the source', ({ file, find }) => {
    expect(occurrences(readFileSync(new URL(file, SOURCES), 'utf8'), find)).toBe(1);
  });

  it('are told apart by their names', () => {
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });

  it('have a use for every trap', () => {
    const used = new Set(MUTATIONS.flatMap(({ scenarios = [] }) => scenarios));
    expect(TRAPS.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
  });

  it('refuse code in which the text to replace is missing, or is there twice', () => {
    const [mutation] = MUTATIONS;
    if (mutation === undefined) throw new Error('there are no mutations');
    expect(() => mutated('', mutation)).toThrow('occurs 0 times');
    expect(() => mutated(mutation.find.repeat(2), mutation)).toThrow('occurs 2 times');
  });

  it('break the node that runs in the simulation, which then breaks an invariant, and sound code does not', () => {
    const args = ['scripts/run-tool.mjs', 'sim-mutants', ...QUICK.flatMap((name) => ['--only', name])];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', timeout: 100_000 });
    for (const name of QUICK) expect(stdout).toMatch(new RegExp(`^caught +${name}: `, 'm'));
    expect(stdout).toContain(`${QUICK.length} of ${QUICK.length} caught`);
    expect(status).toBe(0);
  });
});
