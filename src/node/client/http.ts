import type { Dispatcher } from 'undici';

export interface HttpCall {
  readonly method: 'GET' | 'PUT';
  /** Scheme, host and port. */
  readonly origin: string;
  /** Sent as it is: a key such as `..` must not be normalised away on the way. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
  /** A longer body ends the call with an error. */
  readonly maxBytes: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** A call whose answer has no foreseeable end. */
export interface StreamCall {
  readonly origin: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** For the beginning of the answer. */
  readonly timeoutMs: number;
  /** Longest time without a byte, from then on. */
  readonly silenceMs: number;
  /** Ends the call, also while the body is being read, with an error. */
  readonly signal: AbortSignal;
}

export interface HttpStream {
  readonly status: number;
  /** To be read to its end, or left by leaving the loop over it. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Begins HTTP calls; rejects, as does reading the body, with whatever the platform raises. */
export type OpenHttpStream = (call: StreamCall) => Promise<HttpStream>;

/** Makes HTTP calls; rejects with whatever the platform raises. */
export type HttpRequest = (call: HttpCall) => Promise<HttpAnswer>;

/** The body was longer than the call allows. */
export class BodyTooLong extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
    this.name = 'BodyTooLong';
  }
}

/** The whole of a body. Rejects with `BodyTooLong` beyond `maxBytes`. */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw new BodyTooLong(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length);
}

/** Calls over kept-alive connections, which do not keep the process running. undici is loaded with the first call. */
export function createHttpRequest(): HttpRequest {
  let dispatcher: Promise<Dispatcher> | undefined;
  return async ({ method, origin, path, body, timeoutMs, maxBytes }) => {
    dispatcher ??= import('undici').then(({ Agent }) => new Agent());
    const agent = await dispatcher;
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await agent.request({ method, origin, path, body: body ?? null, signal });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: await readBody(answer.body, maxBytes),
    };
  };
}

/** Calls over connections of their own. undici is loaded with the first call. */
export function createHttpStreams(): OpenHttpStream {
  let dispatcher: Promise<Dispatcher> | undefined;
  return async ({ origin, path, headers = {}, timeoutMs, silenceMs, signal }) => {
    dispatcher ??= import('undici').then(({ Agent }) => new Agent());
    const agent = await dispatcher;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new DOMException('no answer in time', 'TimeoutError')), timeoutMs);
    try {
      const answer = await agent.request({
        ...{ method: 'GET', origin, path, headers },
        bodyTimeout: silenceMs,
        signal: AbortSignal.any([signal, late.signal]),
      });
      return { status: answer.statusCode, body: answer.body };
    } finally {
      clearTimeout(timer);
    }
  };
}
