import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { signalGroup, startChild } from '../../live-wire-compat/cluster/children.js';
import { LogTail } from '../../live-wire-compat/cluster/log-tail.js';
import { NodeApi } from './node-api.js';

export const CLI = 'dist/node/cli/main.js';

/** Where a node runs: its address, and the words before its command that take it there. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly enter: readonly string[];
}

const START_TIMEOUT_MS = 20_000;
const UP_POLL_MS = 10;
const LOG_LINES = 12;

/** One of our nodes in a process of its own, ended by process id. */
export class DrillNode {
  readonly id: string;
  readonly place: Place;
  readonly api: NodeApi;
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #log = new LogTail();
  #upMs = Number.NaN;

  constructor(id: string, place: Place, environment: NodeJS.ProcessEnv) {
    this.id = id;
    this.place = place;
    this.api = new NodeApi(`http://${this.endpoint}`);
    this.#environment = environment;
  }

  get endpoint(): string {
    return `${this.place.host}:${this.place.port}`;
  }

  /** When it first answered, by `performance.now()`. */
  get upMs(): number {
    return this.#upMs;
  }

  /** Starts it, again under the same id and port, and resolves when it answers. */
  async start(): Promise<void> {
    this.spawn();
    const child = this.#child;
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (!(await this.api.isUp())) {
      if (child?.exitCode !== null || child.signalCode !== null) throw new Error(`${this.id} ended:\n${this.#words()}`);
      if (performance.now() > deadlineMs) throw new Error(`${this.id} does not answer:\n${this.#words()}`);
      await delay(UP_POLL_MS);
    }
    this.#upMs = performance.now();
  }

  spawn(): void {
    const [command = process.execPath, ...args] = [...this.place.enter, process.execPath, CLI];
    const child = startChild(command, args, this.#environment);
    this.#log = new LogTail();
    this.#log.follow(child.stdout);
    this.#log.follow(child.stderr);
    child.on('error', () => undefined);
    this.#child = child;
  }

  /** Starts it, and resolves with how it ended: it is expected to refuse. */
  async refuses(): Promise<{ readonly code: number | null; readonly words: string }> {
    this.spawn();
    const child = this.#child;
    if (child === undefined) throw new Error(`${this.id} was not started`);
    const timer = setTimeout(() => void this.kill(), START_TIMEOUT_MS);
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { code, words: this.#words() };
  }

  signal(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined || !signalGroup(pid, signal)) throw new Error(`${this.id} is not there to be signalled`);
  }

  /** kill -9; resolves when it has gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    signalGroup(child.pid, 'SIGKILL');
    await gone;
  }

  async end(): Promise<void> {
    await this.kill();
    await this.api.close();
  }

  #words(): string {
    return this.#log.lastLines(LOG_LINES);
  }
}
