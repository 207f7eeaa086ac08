import { writeFile } from 'node:fs/promises';
import { runTool } from '../lib/usage.js';
import { killAllGroups } from '../live-wire-compat/cluster/children.js';
import { DRILLS } from './catalogue.js';
import type { Drill } from './drill.js';
import { HELP } from './help.js';
import { isInside, runInside } from './network/isolation.js';
import { type CommandLine, commandOf, parseCommandLine } from './options.js';
import { expectPlace, writeIntoPage } from './page.js';
import { endWithParent } from './parent.js';
import { circumstances, isPassed, type Outcome, renderJson } from './report.js';
import { renderMarkdown, renderTable } from './table.js';

const EXIT_MET = 0;
const EXIT_MISSED = 1;

async function hold(drill: Drill, { options, json, write }: CommandLine): Promise<number> {
  const startedAt = new Date();
  const command = commandOf(drill.name, options);
  // Before the drill, which may take an hour.
  if (write !== undefined) await expectPlace(write, command);
  const figures = await drill.run(options, (text) => process.stderr.write(`${drill.name}: ${text}\n`));
  const outcome: Outcome = { drill: drill.name, command, options, startedAt, figures };
  const machine = circumstances(startedAt);
  process.stdout.write(`${renderTable(`${drill.title} (${command}; ${machine})`, figures)}\n`);
  if (json !== undefined) await writeFile(json, renderJson(outcome));
  if (write !== undefined) await writeIntoPage(write, command, `${renderMarkdown(figures)}\n\n${machine}`);
  return isPassed(figures) ? EXIT_MET : EXIT_MISSED;
}

async function main(args: readonly string[]): Promise<number> {
  const commandLine = parseCommandLine(args);
  if (commandLine.help || commandLine.drill === undefined) {
    process.stdout.write(HELP);
    return EXIT_MET;
  }
  const drill = DRILLS.get(commandLine.drill);
  if (drill === undefined) throw new Error(`${commandLine.drill} is in no catalogue`);
  endWithParent();
  return drill.isolated && !isInside() ? runInside(args) : hold(drill, commandLine);
}

await runTool(main);
killAllGroups();
process.exit();
