import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REGRESSIONS } from '../../sim/corpus.js';
import { convergenceBoundMs } from '../../sim/oracle/convergence.js';
import { INVARIANTS } from '../../sim/oracle/names.js';
import { CATALOGUE, DRAWN, LONG, SCRIPTED, SLOW, TREE } from '../../sim/scenarios/catalogue.js';
import { LINK_FAULTS } from '../../sim/scenarios/link-faults.js';
import { NODE_FAULTS } from '../../sim/scenarios/node-faults.js';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const PAGE = read('docs/simulation.md');

/** The rows of the table after a comment that begins so, as cells; its head is left out. */
function tableAfter(comment: string): readonly (readonly string[])[] {
  const [, after = ''] = PAGE.split(`<!-- ${comment}:`);
  const [, table = ''] = /\n\n((?:\|.*\n)+)/.exec(after) ?? [];
  const lines = table.trim().split('\n').slice(2);
  return lines.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

function sectionOf(heading: string): string {
  const [, after = ''] = PAGE.split(`\n## ${heading}\n`);
  return after.split('\n## ')[0] ?? '';
}

function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted);
}

function codeBlocks(language: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, code = '']) => (of === language ? [code] : []));
}

describe('docs/simulation.md', () => {
  it('tells what every invariant says, and of none that there is not', () => {
    const names = tableAfter('invariants').map(([name]) => name);
    expect(names.toSorted()).toEqual(Object.values(INVARIANTS).toSorted());
  });

  it.each(tableAfter('invariants').map(([name = '', , , files = '']) => [name, files] as const))(
    'names the file that watches: %s',
    (name, files) => {
      const key = Object.entries(INVARIANTS).find(([, value]) => value === name)?.[0];
      for (const file of quotedIn(files)) expect(existsSync(join(ROOT, 'test/sim/oracle', file)), file).toBe(true);
      const sources = quotedIn(files).map((file) => read(`test/sim/oracle/${file}`));
      expect(sources.some((source) => source.includes(`INVARIANTS.${key}`))).toBe(true);
    },
  );

  it.each([
    ['link faults', LINK_FAULTS],
    ['node faults', NODE_FAULTS],
  ])('tells what each of the %s does', (comment, faults) => {
    const kinds = tableAfter(comment).flatMap(([kind = '']) => quotedIn(kind));
    expect(kinds).toEqual(Object.keys(faults));
  });

  it('lists every scenario but the traps, and none that there is not', () => {
    const listed = quotedIn(tableOf(sectionOf('Scenarios')));
    expect(listed.filter((name) => !CATALOGUE.has(name))).toEqual([]);
    expect(new Set(listed)).toEqual(
      new Set([...DRAWN, ...SCRIPTED, ...TREE, ...SLOW, ...LONG].map(({ name }) => name)),
    );
  });

  it('states times for scenarios that there are', () => {
    const names = tableAfter('times').flatMap(([name = '']) => quotedIn(name));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !CATALOGUE.has(name))).toEqual([]);
  });

  it('states the bounds within which member tables converge', () => {
    const rows = tableAfter('convergence');
    expect(rows.length).toBeGreaterThan(2);
    for (const [nodes, bound] of rows) expect(bound).toBe(`${convergenceBoundMs(Number(nodes)) / 1000} s`);
  });

  it('names every test of what replicas promise', () => {
    const source = read('test/sim/limits.test.ts');
    const tests = [...source.matchAll(/^ {2}test(?:\.each\(.+\))?\(\n? *'(.+)',/gm)].map(([, name]) => name);
    expect(tests.length).toBeGreaterThan(5);
    expect(tableAfter('limits').flatMap(([, test = '']) => quotedIn(test))).toEqual(tests);
  });

  it('names tests and scenarios that guard each bug found, and every seed that found one', () => {
    const bugs = sectionOf('Bugs found so far');
    const tests = [...bugs.matchAll(/^ +- `(test\/\S+)`: `(.+)`$/gm)];
    expect(tests.length).toBeGreaterThan(4);
    for (const [, file = '', name = ''] of tests) expect(read(file)).toContain(`'${name}'`);
    for (const [, name = ''] of bugs.matchAll(/^ +- scenario `(.+)`$/gm)) expect([...CATALOGUE.keys()]).toContain(name);
    for (const { seed } of REGRESSIONS) expect(bugs).toMatch(new RegExp(`\\b${seed}\\b`));
    for (const part of bugs.split(/^\d+\. /m).slice(1)) expect(part).toMatch(/^ +- `test\//m);
  });

  it('shows code that is there, to the letter', () => {
    const [example = '', scenario = ''] = codeBlocks('ts');
    expect(example).toBe(read('test/unit/sim/world/example.test.ts'));
    expect(read('test/sim/scenarios/gatherings.ts')).toContain(scenario);
  });

  it('names files and commands that there are', () => {
    const paths = quotedIn(PAGE).filter((quoted) => /^(src|test|docs)\/[\w/.-]+$/.test(quoted));
    expect(paths.length).toBeGreaterThan(30);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const commands = [...PAGE.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name);
    expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('links to headings and files that there are', () => {
    const headings = [...PAGE.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    for (const [, target = ''] of PAGE.matchAll(/\]\(([^)]+)\)/g)) {
      if (target.startsWith('#')) expect(headings).toContain(target.slice(1));
      else expect(existsSync(join(ROOT, 'docs', target)), target).toBe(true);
    }
  });
});

function tableOf(section: string): string {
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .join('\n');
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}
