import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttpRequest, createHttpStreams } from '../client/http.js';
import type { CliIo, Input, Output } from './io.js';

type OutputStream = Writable & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>;

/** Text to a stream of the process, which may be closed at the other end at any time. */
export function outputOf(stream: OutputStream): Output {
  let isClosed = false;
  let failure: Error | undefined;
  // EPIPE (`| head`) is how a reader says that it has enough; nothing is left to be written to.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true;
    if (error.code !== 'EPIPE') failure ??= error;
  });
  return {
    write: (chunk) => (isClosed ? Promise.resolve() : new Promise((resolve) => stream.write(chunk, () => resolve()))),
    isTty: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    get isClosed() {
      return isClosed;
    },
    get failure() {
      return failure;
    },
  };
}

function inputOf(stream: NodeJS.ReadStream): Input {
  return { isTty: stream.isTTY === true, [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator]() };
}

/** The process this runs in. stdin is not touched unless it is read. */
export function processIo(): CliIo {
  return {
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    get stdin() {
      return inputOf(process.stdin);
    },
    env: process.env,
    request: createHttpRequest(),
    openStream: createHttpStreams(),
    startNode: async (config) => (await import('../node.js')).startNode(config),
    onSignal: (signal, handler) => void process.on(signal, handler),
    pause: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    exit: (code) => process.exit(code),
  };
}
