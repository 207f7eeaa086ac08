// Puts deliberate defects into the node, one at a time, and says which invariant catches each:
//   npm run sim:mutants [-- --only name]...
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Attempt } from './attempt.js';
import { catchOf, describeFate, killPage } from './kill-table.js';
import type { Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';
import { runControl, runMutants } from './runner.js';
import { trialsOfAll } from './trials.js';

const PAGE = 'docs/simulation-mutations.md';

function selected(names: readonly string[]): readonly Mutation[] {
  const unknown = names.filter((name) => !MUTATIONS.some((mutation) => mutation.name === name));
  if (unknown.length > 0) throw new Error(`there is no mutation ${unknown.join(', ')}`);
  return names.length === 0 ? MUTATIONS : MUTATIONS.filter(({ name }) => names.includes(name));
}

function faultOf({ reports, ending, stderr }: Attempt): string | undefined {
  const last = reports.at(-1);
  if (last !== undefined && last.invariant !== null) {
    return `${last.scenario}, seed ${last.seed}: ${last.invariant}: ${last.detail}`;
  }
  return ending === 'done' ? undefined : `${ending}: ${stderr}`;
}

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } });
const mutations = selected(values.only ?? []);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const faults = (await runControl(trialsOfAll(mutations))).map(faultOf).filter((fault) => fault !== undefined);
for (const fault of faults) say(`the sound code fails: ${fault}`);
const fates = faults.length > 0 ? [] : await runMutants(mutations, (fate) => say(describeFate(fate)));
const caught = fates.filter((fate) => catchOf(fate) !== undefined);
say(`${caught.length} of ${mutations.length} caught`);
if (values.only === undefined && fates.length > 0) writeFileSync(PAGE, killPage(fates));
process.exitCode = caught.length === mutations.length ? 0 : 1;
