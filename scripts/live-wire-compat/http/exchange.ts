import { type IncomingHttpHeaders, type IncomingMessage, request as openRequest } from 'node:http';
import { Unmet } from '../expect.js';

export interface Exchange {
  readonly method?: string;
  /** Sent as written: nothing is normalised. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly timeoutMs?: number;
  /** Holds the body back for so long, so that an early refusal is not lost in the reset that an unread body causes. */
  readonly holdBodyMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
  readonly elapsedMs: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/** One request on a connection of its own. Rejects where no answer comes. */
export function exchange(base: URL, request: Exchange): Promise<Answer> {
  const startedMs = performance.now();
  const method = request.method ?? 'GET';
  const what = `${method} ${base.origin}${request.path}`;
  return new Promise((resolve, reject) => {
    const outgoing = openRequest({
      host: hostOf(base),
      port: base.port === '' ? 80 : Number(base.port),
      method,
      path: request.path,
      headers: { ...lengthOf(request.body, method), ...request.headers },
      agent: false,
    });
    const timer = setTimeout(
      () => outgoing.destroy(new Error('no answer in time')),
      request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    let answered = false;
    outgoing.on('close', () => clearTimeout(timer));
    outgoing.on('error', (error) => {
      if (!answered) reject(new Unmet(`${what}: ${error.message}`));
    });
    outgoing.on('response', (incoming) => {
      answered = true;
      collect(incoming).then(
        (body) => resolve({ ...answerOf(incoming, body), elapsedMs: performance.now() - startedMs }),
        (error: unknown) => reject(new Unmet(`${what}: answer broke off: ${String(error)}`)),
      );
    });
    if (request.holdBodyMs === undefined) {
      outgoing.end(request.body);
      return;
    }
    outgoing.flushHeaders();
    setTimeout(() => {
      if (!answered && !outgoing.destroyed) outgoing.end(request.body);
      else outgoing.destroy();
    }, request.holdBodyMs);
  });
}

/** Host name or address without the brackets of IPv6. */
export function hostOf(base: URL): string {
  return base.hostname.replace(/^\[|\]$/g, '');
}

function lengthOf(body: Uint8Array | string | undefined, method: string): Record<string, string> {
  if (body === undefined) return method === 'PUT' || method === 'POST' ? { 'Content-Length': '0' } : {};
  return { 'Content-Length': String(Buffer.byteLength(body)) };
}

function answerOf(incoming: IncomingMessage, body: Buffer): Omit<Answer, 'elapsedMs'> {
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body, text: body.toString('utf8') };
}

async function collect(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
