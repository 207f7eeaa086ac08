import type { StopSignal } from '../../../../src/node/cli/exit-codes.js';
import type { CliIo, Output, StoppableNode } from '../../../../src/node/cli/io.js';
import { runCli } from '../../../../src/node/cli/run.js';
import type { HttpAnswer, HttpCall, HttpStream, StreamCall } from '../../../../src/node/client/http.js';
import type { NodeConfig } from '../../../../src/node/config/node-config.js';

export interface World {
  readonly env?: Readonly<Record<string, string>>;
  readonly tty?: boolean;
  readonly stdin?: string | Uint8Array;
  /** Whether stdout is closed once something has been written to it, as by `| head`. */
  readonly closesStdout?: boolean;
  readonly answer?: (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>;
  readonly stream?: (call: StreamCall) => HttpStream | Promise<HttpStream>;
  readonly startNode?: (config: NodeConfig) => Promise<StoppableNode>;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stdoutBytes: Uint8Array;
  readonly stderr: string;
  readonly calls: readonly HttpCall[];
  readonly streamCalls: readonly StreamCall[];
  /** The pauses that were made, in milliseconds; none of them takes any time. */
  readonly pauses: readonly number[];
}

class Captured implements Output {
  readonly chunks: Uint8Array[] = [];
  readonly columns: number = 100;
  readonly isTty: boolean;
  readonly #closes: boolean;

  constructor(isTty: boolean, closes = false) {
    this.isTty = isTty;
    this.#closes = closes;
  }

  get isClosed(): boolean {
    return this.#closes && this.chunks.length > 0;
  }

  write(chunk: string | Uint8Array): Promise<void> {
    this.chunks.push(Buffer.from(chunk));
    return Promise.resolve();
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.chunks);
  }
}

export function answer(
  status: number,
  body: string | Uint8Array = '',
  headers: HttpAnswer['headers'] = {},
): HttpAnswer {
  return { status, headers, body: Buffer.from(body) };
}

export function jsonAnswer(body: unknown): HttpAnswer {
  return answer(200, JSON.stringify(body));
}

/** A world of which every part is in memory, and what happened in it. */
export class FakeWorld {
  readonly stdout: Captured;
  readonly stderr: Captured;
  readonly calls: HttpCall[] = [];
  readonly streamCalls: StreamCall[] = [];
  readonly pauses: number[] = [];
  readonly exits: number[] = [];
  readonly #handlers = new Map<StopSignal, () => void>();
  readonly #world: World;

  constructor(world: World = {}) {
    this.#world = world;
    this.stdout = new Captured(world.tty ?? false, world.closesStdout);
    this.stderr = new Captured(world.tty ?? false);
  }

  signal(name: StopSignal): void {
    this.#handlers.get(name)?.();
  }

  async run(...args: string[]): Promise<Ran> {
    const code = await runCli(args, this.#io());
    const stdoutBytes = this.stdout.bytes();
    const stderr = Buffer.from(this.stderr.bytes()).toString();
    return {
      code,
      stdout: Buffer.from(stdoutBytes).toString(),
      stdoutBytes,
      stderr,
      calls: this.calls,
      ...this.#streaming(),
    };
  }

  #streaming(): Pick<Ran, 'streamCalls' | 'pauses'> {
    return { streamCalls: this.streamCalls, pauses: this.pauses };
  }

  #io(): CliIo {
    const world = this.#world;
    return {
      stdout: this.stdout,
      stderr: this.stderr,
      stdin: { isTty: world.stdin === undefined, [Symbol.asyncIterator]: () => stdinOf(world.stdin ?? '') },
      env: world.env ?? {},
      request: async (call) => {
        this.calls.push(call);
        return (world.answer ?? (() => answer(500, 'no answer given')))(call);
      },
      openStream: async (call) => {
        this.streamCalls.push(call);
        return (world.stream ?? (() => Promise.reject(new Error('no stream given'))))(call);
      },
      pause: async (ms) => void this.pauses.push(ms),
      startNode: world.startNode ?? (() => Promise.reject(new Error('no node given'))),
      onSignal: (signal, handler) => void this.#handlers.set(signal, handler),
      exit: (code) => void this.exits.push(code),
    };
  }
}

async function* stdinOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

/** Runs one command line in a world of its own. */
export function run(world: World, ...args: string[]): Promise<Ran> {
  return new FakeWorld(world).run(...args);
}
