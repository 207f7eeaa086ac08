import { explain, UsageError } from '../lib/usage.js';
import { listChecks } from './catalogue.js';
import { killAllGroups } from './cluster/children.js';
import { ConsoleList } from './console.js';
import { HELP } from './help.js';
import { type Options, parseOptions } from './options.js';
import { makeReport, writeReport } from './report.js';
import { Selection } from './selection.js';
import { Targets } from './targets.js';

const EXIT_OK = 0;
const EXIT_FAILED = 1;

async function runTargets(options: Options, selection: Selection): Promise<number> {
  const startedAt = new Date();
  const list = new ConsoleList(process.stdout);
  const targets = new Targets(options, selection, list);
  try {
    const report = makeReport(await targets.run(), options.strict, startedAt);
    list.ended(report);
    if (options.report !== undefined) await writeReport(options.report, report);
    return report.ok ? EXIT_OK : EXIT_FAILED;
  } finally {
    await targets.close();
    killAllGroups();
  }
}

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  const selection = new Selection(options.only);
  if (options.help) {
    process.stdout.write(HELP);
    return EXIT_OK;
  }
  const checks = listChecks(selection);
  if (checks === '')
    throw new UsageError(`--only ${options.only.join(' --only ')}: no check has such an id; see --list`);
  if (options.list) {
    process.stdout.write(`${checks}\n`);
    return EXIT_OK;
  }
  return runTargets(options, selection);
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const { text, exitCode } = explain(error);
  process.stderr.write(text);
  process.exit(exitCode);
}
