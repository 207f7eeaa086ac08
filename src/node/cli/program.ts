import { Argument, Command, Help, InvalidArgumentError, type Option } from 'commander';
import { RepramError } from '../../gossip/error.js';
import { MAX_WIRE_TTL_S } from '../../gossip/wire/limits.js';
import { parseDuration } from '../config/duration.js';
import { didYouMean } from '../config/suggest.js';
import { isNodeEventKind, NODE_EVENT_KINDS, type NodeEventKind } from '../events/node-event.js';
import { quoted } from '../printable.js';
import { VERSION } from '../version.js';
import { CliOption } from './cli-option.js';
import { addClientOptions, type ClientFlags } from './client-options.js';
import type { GetFlags } from './commands/get.js';
import type { LsFlags } from './commands/ls.js';
import type { PutFlags } from './commands/put.js';
import { runStart, type StartFlags } from './commands/start.js';
import type { WatchFlags } from './commands/watch.js';
import { SHELLS, type Shell } from './completion/shell.js';
import { EXAMPLES } from './help.js';
import type { CliIo } from './io.js';
import { addNodeOptions, givenFlags } from './node-options.js';
import { addOmega } from './omega-commands.js';

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 100_000;

/** Called with the exit code of the command that ran. */
export type Finish = (code: number) => void;

function seconds(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000 || ms % 1000 !== 0 || ms / 1000 > MAX_WIRE_TTL_S) {
    throw new InvalidArgumentError('It takes whole seconds, such as 600, 10m or 1h.');
  }
  return ms / 1000;
}

function limit(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= MAX_LIMIT)) throw new InvalidArgumentError(`It takes 1 to ${MAX_LIMIT}.`);
  return value;
}

function kinds(text: string, previous: readonly NodeEventKind[] = []): readonly NodeEventKind[] {
  const names = text.split(',').map((name) => name.trim());
  const strange = names.find((name) => !isNodeEventKind(name));
  if (strange !== undefined) {
    const hint = didYouMean(strange, NODE_EVENT_KINDS);
    throw new InvalidArgumentError(`It takes kinds of ${NODE_EVENT_KINDS.join(', ')}${hint}`);
  }
  return [...previous, ...names.filter(isNodeEventKind)];
}

function refuseExtraWords(program: Command, words: readonly string[]): void {
  const [word] = words;
  if (word === undefined) return;
  const names = program.commands.map((command) => command.name());
  const problem = names.includes(word)
    ? `${quoted(word)} comes too late: a command goes before all flags`
    : `unknown command ${quoted(word)}${didYouMean(word, names)}`;
  throw new RepramError('BAD_USAGE', problem);
}

function addStart(program: Command, io: CliIo, finish: Finish): Command {
  const start = program.command('start', { isDefault: true }).description('Start a node (the default command)');
  addNodeOptions(start);
  start.allowExcessArguments().action(async (flags: StartFlags, command: Command) => {
    refuseExtraWords(program, command.args);
    finish(await runStart(io, flags, givenFlags(command)));
  });
  return start;
}

function addReading(program: Command, io: CliIo, finish: Finish): void {
  const status = program.command('status').description('Show what a node says about itself');
  status.action(async (flags: ClientFlags) => {
    const { runStatus } = await import('./commands/status.js');
    finish(await runStatus(io, flags));
  });

  const peers = program.command('peers').description('List the peers a node knows');
  peers.action(async (flags: ClientFlags) => {
    const { runPeers } = await import('./commands/peers.js');
    finish(await runPeers(io, flags));
  });

  const get = program.command('get').description('Read a value').argument('<key>', 'key of the value');
  get.addOption(new CliOption('-o, --output <file>', 'Write the value to a file').completedWith('file'));
  const levels = ['one', 'quorum'];
  const consistency = new CliOption('--consistency <level>', 'The copy of the node asked, or the newest of a quorum');
  get.addOption(consistency.completedWith(levels).choices(levels));
  get.option('-m, --meta', 'Write size, age and remaining lifetime to stderr');
  get.action(async (key: string, flags: GetFlags) => {
    const { runGet } = await import('./commands/get.js');
    finish(await runGet(io, key, flags));
  });

  const ls = program.command('ls').description('List keys');
  ls.option('-p, --prefix <prefix>', 'Only keys that begin with it');
  ls.option('-n, --limit <count>', 'Keys in a page', limit, DEFAULT_LIMIT);
  ls.option('-c, --cursor <cursor>', 'Begin after this key');
  ls.option('-a, --all', 'List page after page to the end');
  ls.action(async (flags: LsFlags) => {
    const { runLs } = await import('./commands/ls.js');
    finish(await runLs(io, flags));
  });

  const watch = program.command('watch').description('Show what happens to the members of a node, as it happens');
  const only = new CliOption('-k, --kinds <kinds>', 'Only these kinds of events, separated by commas');
  watch.addOption(only.argParser(kinds).completedWith(NODE_EVENT_KINDS));
  watch.action(async (flags: WatchFlags) => {
    const { runWatch } = await import('./commands/watch.js');
    finish(await runWatch(io, flags));
  });

  for (const command of [status, peers, get, ls, watch]) addClientOptions(command);
}

function addPut(program: Command, io: CliIo, finish: Finish): void {
  const put = program.command('put').description('Write a value').argument('<key>', 'key of the value');
  put.argument('[value]', 'the value; - or nothing reads stdin');
  put.addOption(new CliOption('-f, --file <file>', 'Read the value from a file').completedWith('file'));
  put.option('-t, --ttl <duration>', 'Lifetime, within what the node allows (default: 3600 seconds)', seconds);
  put.action(async (key: string, value: string | undefined, flags: PutFlags) => {
    const { runPut } = await import('./commands/put.js');
    finish(await runPut(io, key, value, flags));
  });
  addClientOptions(put);
}

function addCompletion(program: Command, io: CliIo, finish: Finish): void {
  const completion = program.command('completion').description('Print a completion script for a shell');
  completion.addArgument(new Argument('<shell>', 'the shell').choices(SHELLS));
  completion.action(async (shell: Shell) => {
    const { runCompletion } = await import('./commands/completion.js');
    finish(await runCompletion(io, shell, program));
  });
}

/**
 * The command tree. Commands are loaded when they are run: what only a client needs should cost a node neither memory
 * nor time at its start. Commander's own failures are thrown as `CommanderError`.
 */
export function buildProgram(io: CliIo, finish: Finish): Command {
  const program = new Command('repram-node').description(
    'A peer-to-peer gossip node for data that destroys itself. Without a command it starts a node.',
  );
  program.version(VERSION, '-V, --version', 'Print the version').exitOverride();
  program.helpOption('-h, --help', 'Show help').helpCommand('help [command]', 'Show help for a command');
  program.showHelpAfterError('(--help shows what is possible)');
  program.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: (text) => void io.stderr.write(text),
    outputError: (text, write) => write(text.replace(/^error: /, 'repram-node: ')),
    getOutHelpWidth: () => io.stdout.columns ?? 100,
    getErrHelpWidth: () => io.stderr.columns ?? 100,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  // A node is started without naming a command, so the first help one sees lists its options too.
  let start: Command | undefined;
  const visibleOptions = (command: Command): Option[] => {
    const own = new Help().visibleOptions(command);
    return command === program && start !== undefined
      ? [...own, ...new Help().visibleOptions(start).filter((option) => option.long !== '--help')]
      : own;
  };
  program.configureHelp({ visibleOptions });

  start = addStart(program, io, finish);
  addReading(program, io, finish);
  addPut(program, io, finish);
  addOmega(program, io, finish);
  addCompletion(program, io, finish);
  for (const command of [program, ...program.commands]) command.addHelpText('after', EXAMPLES[command.name()] ?? '');
  return program;
}
