// Puts deliberate defects into the node, one at a time, and says which invariant catches each:
//   npm run sim:mutants [-- --only name]...
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { catchOf, describeFate, type Fate, killPage } from './kill-table.js';
import type { Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';
import { faultsOfSoundCode, runMutants } from './runner.js';
import { distinct } from './trials.js';

const PAGE = 'docs/simulation-mutations.md';

function selected(names: readonly string[]): readonly Mutation[] {
  const unknown = names.filter((name) => !MUTATIONS.some((mutation) => mutation.name === name));
  if (unknown.length > 0) throw new Error(`there is no mutation ${unknown.join(', ')}`);
  return names.length === 0 ? MUTATIONS : MUTATIONS.filter(({ name }) => names.includes(name));
}

/** A mutation is caught only if sound code passes the very runs that it was caught by. */
async function judge(fates: readonly Fate[]): Promise<boolean> {
  const faults = await faultsOfSoundCode(distinct(fates.flatMap(({ attempt }) => attempt.reports)));
  for (const fault of faults) say(`the sound code fails: ${fault}`);
  const caught = fates.filter((fate) => catchOf(fate) !== undefined);
  say(`${caught.length} of ${fates.length} caught`);
  return faults.length === 0 && caught.length === fates.length;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const { only } = parseArgs({ options: { only: { type: 'string', multiple: true } } }).values;
const fates = await runMutants(selected(only ?? []), (fate) => say(describeFate(fate)));
const isProven = await judge(fates);
if (isProven && only === undefined) writeFileSync(PAGE, killPage(fates));
process.exitCode = isProven ? 0 : 1;
