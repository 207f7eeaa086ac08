// Puts deliberate defects into the node, one at a time, and says which invariant catches each:
//   npm run sim:mutants [-- --only name]...
import { writeFileSync } from 'node:fs';
import { runTool } from '../../../scripts/lib/usage.js';
import { catchOf, describeFate, type Fate, killPage } from './kill-table.js';
import { HELP, type Options, parseOptions } from './options.js';
import { faultsOfSoundCode, runMutants } from './runner.js';
import { distinct } from './trials.js';

const EXIT_OK = 0;
const EXIT_FAILED = 1;

const PAGE = 'docs/simulation-mutations.md';

/** A mutation is caught only if sound code passes the very runs that it was caught by. */
async function judge(fates: readonly Fate[]): Promise<boolean> {
  const faults = await faultsOfSoundCode(distinct(fates.flatMap(({ attempt }) => attempt.reports)));
  for (const fault of faults) say(`the sound code fails: ${fault}`);
  const caught = fates.filter((fate) => catchOf(fate) !== undefined);
  say(`${caught.length} of ${fates.length} caught`);
  return faults.length === 0 && caught.length === fates.length;
}

async function tryAll({ mutations, writes }: Options): Promise<number> {
  const fates = await runMutants(mutations, (fate) => say(describeFate(fate)));
  const isProven = await judge(fates);
  if (isProven && writes) writeFileSync(PAGE, killPage(fates));
  return isProven ? EXIT_OK : EXIT_FAILED;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options.help) return tryAll(options);
  process.stdout.write(HELP);
  return EXIT_OK;
}

await runTool(main);
