import { once } from 'node:events';
import { UsageError } from '../../lib/usage.js';
import { signalGroup, startChild } from '../cluster/children.js';
import { commandOf, type Kind } from '../cluster/command.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Something that publishes until it is stopped. */
export interface Publisher {
  /** What it said of itself. */
  readonly stdout: string;
  stop(): Promise<void>;
}

/** Whatever makes, checks and publishes root lists: the `omega` commands of a node. */
export interface ListTool {
  run(...args: readonly string[]): Promise<Ran>;
  /** Resolves once it has said where it publishes and by which key. */
  publish(...args: readonly string[]): Promise<Publisher>;
}

const ANSWER_TIMEOUT_MS = 20_000;
const SAID_ALL = /^key /m;

/** `COMMAND omega …` in a process of its own each time. */
export class ListCommands implements ListTool {
  readonly #words: readonly string[];

  constructor(kind: Kind) {
    const words = commandOf(kind.template);
    if (words instanceof UsageError) throw words;
    this.#words = words;
  }

  async run(...args: readonly string[]): Promise<Ran> {
    const { child, said, timer } = this.#start(args);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code: code ?? -1, ...said };
  }

  async publish(...args: readonly string[]): Promise<Publisher> {
    const { child, said, timer } = this.#start(args);
    const ended = once(child, 'close');
    while (!SAID_ALL.test(said.stdout)) {
      const more = child.stdout === null ? ended : once(child.stdout, 'data');
      await Promise.race([more, ended]);
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`omega ${args[0]} ended with ${child.exitCode ?? child.signalCode}: ${said.stderr}`);
      }
    }
    clearTimeout(timer);
    const stop = async (): Promise<void> => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGTERM');
      await ended;
    };
    return { stdout: said.stdout, stop };
  }

  #start(args: readonly string[]) {
    const [command = '', ...before] = this.#words;
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('REPRAM_'));
    const child = startChild(command, [...before, 'omega', ...args], Object.fromEntries(inherited));
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
        said[name] += chunk;
      });
    }
    const timer = setTimeout(() => child.pid !== undefined && signalGroup(child.pid, 'SIGKILL'), ANSWER_TIMEOUT_MS);
    return { child, said, timer };
  }
}
