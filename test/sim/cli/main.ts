import { explain, UsageError } from '../../../scripts/lib/usage.js';
import { CATALOGUE } from '../scenarios/catalogue.js';
import { parseCiOptions, playCi } from './ci.js';
import { HELP } from './help.js';
import { playLimited } from './limited.js';
import { playMany } from './many.js';
import { playOne } from './one.js';
import { parseOptions } from './options.js';
import { endWithParent } from './parent.js';
import { parseSoakOptions, soak } from './soak.js';

const EXIT_OK = 0;
const EXIT_FAILED = 1;

/** What comes first on the command line, where it is not an option. */
const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<boolean>>> = {
  soak: (args) => {
    const options = parseSoakOptions(args);
    return judge(() => soak(options));
  },
  ci: (args) => {
    const options = parseCiOptions(args);
    return judge(() => playCi(options));
  },
};

/** Whether runs are under way that nothing has been said of. */
let isUnjudged = false;

async function judge(runs: () => Promise<boolean>): Promise<boolean> {
  isUnjudged = true;
  const held = await runs();
  isUnjudged = false;
  return held;
}

async function play(args: readonly string[]): Promise<boolean> {
  const options = parseOptions(args);
  if (options.command === 'one') {
    const { one } = options;
    return judge(() => (one.limitMs === undefined ? playOne(one) : playLimited(one, one.limitMs, args)));
  }
  if (options.command === 'many') return judge(() => playMany(options.many));
  process.stdout.write(options.command === 'help' ? HELP : listScenarios());
  return true;
}

function listScenarios(): string {
  const scenarios = [...CATALOGUE.values()];
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`).join('');
}

async function main([first = '', ...others]: readonly string[]): Promise<boolean> {
  const command = commandOf(first);
  if (command !== undefined) return others.some(isHelp) ? play(['--help']) : command(others);
  if (first !== '' && !first.startsWith('-')) {
    throw new UsageError(`${JSON.stringify(first)}: allowed are options, ${Object.keys(COMMANDS).join(' or ')}`);
  }
  return play(first === '' ? others : [first, ...others]);
}

function commandOf(first: string): (typeof COMMANDS)[string] | undefined {
  return Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
}

function isHelp(arg: string): boolean {
  return arg === '--help' || arg === '-h';
}

async function exitCode(args: readonly string[]): Promise<number> {
  try {
    return (await main(args)) ? EXIT_OK : EXIT_FAILED;
  } catch (error) {
    const [first = ''] = args;
    const script = commandOf(first) === undefined ? 'sim' : `sim:${first}`;
    const { text, exitCode } = explain(error, `npm run ${script} -- --help`);
    process.stderr.write(text);
    return exitCode;
  }
}

endWithParent();
let code: number = EXIT_OK;
// Whoever reads this, such as head, has seen enough. Workers end with this process.
process.stdout.on('error', () => {
  if (isUnjudged) process.stderr.write('cut off before the end, as nobody reads on: nothing is claimed\n');
  process.exit(isUnjudged ? EXIT_FAILED : code);
});

code = await exitCode(process.argv.slice(2));
// What escaped from a run may still be at work: the process ends here, once everything printed is out.
process.stdout.write('', () => process.exit(code));
