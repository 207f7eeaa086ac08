import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The command line program, built. */
export const CLI: string = join(import.meta.dirname, '..', '..', 'dist', 'node', 'cli', 'main.js');
const POLL_MS = 20;

/** A peer as `/v1/topology` lists it. */
export interface ListedPeer {
  readonly id: string;
  readonly address: string;
  readonly http_port: number;
  readonly enclave: string;
}

/** A node in a process of its own, as an operator would run it. */
export class NodeProcess {
  readonly id: string;
  readonly port: number;
  readonly url: string;
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #stderr = '';

  constructor(id: string, port: number, env: Readonly<Record<string, string>>) {
    this.id = id;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = {
      PATH: process.env['PATH'],
      REPRAM_HOST: '127.0.0.1',
      REPRAM_ADDRESS: '127.0.0.1',
      REPRAM_NETWORK: 'private',
      REPRAM_RATE_LIMIT: '100000',
      REPRAM_NODE_ID: id,
      REPRAM_HTTP_PORT: String(port),
      ...env,
    };
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** What the process has said on standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Starts the process and waits until it answers. */
  async start(): Promise<this> {
    await this.spawn();
    await eventually(() => this.isUp(), `${this.id} to answer`);
    return this;
  }

  spawn(): Promise<unknown> {
    this.#child = spawn(process.execPath, [CLI], { env: this.#env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    return once(this.#child, 'spawn');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves when the process has ended, with its exit code, or the signal that ended it. */
  async exited(): Promise<number | NodeJS.Signals> {
    const child = this.#child;
    if (child === undefined) return 0;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode ?? child.signalCode ?? 0;
  }

  /** Ends the process at once, however it is. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited();
  }

  async isUp(): Promise<boolean> {
    return (await this.#fetch('/v1/health').catch(() => undefined))?.status === 200;
  }

  async peers(): Promise<readonly ListedPeer[]> {
    const response = await this.#fetch('/v1/topology');
    return ((await response.json()) as { peers: ListedPeer[] }).peers;
  }

  async peerIds(): Promise<string[]> {
    return (await this.peers()).map((peer) => peer.id).sort();
  }

  async put(key: string, value: string | Uint8Array, ttlSeconds = 600): Promise<number> {
    const path = `/v1/data/${encodeURIComponent(key)}?ttl=${ttlSeconds}`;
    const response = await this.#fetch(path, { method: 'PUT', body: value });
    await response.arrayBuffer();
    return response.status;
  }

  /** The value, or `undefined` where there is none. */
  async get(key: string): Promise<Buffer | undefined> {
    const response = await this.#fetch(`/v1/data/${encodeURIComponent(key)}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.status === 200 ? bytes : undefined;
  }

  async text(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#fetch(path);
    return { status: response.status, text: await response.text() };
  }

  /** The value of one series, as `name` or `name{label="value"}`. */
  async metric(series: string): Promise<number> {
    const { text } = await this.text('/v1/metrics');
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? Number.NaN);
  }

  #fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }
}

/** Resolves when the condition holds; rejects, saying what was waited for, when it does not within the time. */
export async function eventually(
  condition: () => Promise<boolean> | boolean,
  what: string,
  withinMs = 15_000,
): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${withinMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A port nobody listens on, chosen by the operating system. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  return address.port;
}
