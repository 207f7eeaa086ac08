import type { HttpRequest, OpenHttpStream } from '../client/http.js';
import type { NodeConfig } from '../config/node-config.js';
import type { StopSignal } from './exit-codes.js';

/** Where text goes. */
export interface Output {
  /** Resolves once the chunk has been passed on, or dropped because nobody reads any more. Never rejects. */
  write(chunk: string | Uint8Array): Promise<void>;
  readonly isTty: boolean;
  /** Width of the terminal, where it is one. */
  readonly columns: number | undefined;
  /** Nothing can be written any more: nobody reads (EPIPE), or it failed. */
  readonly isClosed: boolean;
  /** Why what was written did not arrive (a full disk), other than for want of a reader. */
  readonly failure?: Error | undefined;
}

export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTty: boolean;
}

/** What the start command needs of a running node. */
export interface StoppableNode {
  /** Resolves where the node should not have been started after all. */
  readonly refused?: Promise<Error>;
  stop(): Promise<void>;
}

/** The world as the commands see it. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly request: HttpRequest;
  readonly openStream: OpenHttpStream;
  readonly startNode: (config: NodeConfig) => Promise<StoppableNode>;
  /** Calls `handler` at each such signal, instead of the end of the process. */
  readonly onSignal: (signal: StopSignal, handler: () => void) => void;
  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts. Keeps the process running meanwhile. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Ends the process now. */
  readonly exit: (code: number) => void;
}

/** A line for people, on stderr. */
export function say(io: CliIo, line: string): Promise<void> {
  return io.stderr.write(`repram-node: ${line}\n`);
}
