import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { RepramError } from '../../../../src/gossip/error.js';
import { MAX_VALUE_BYTES } from '../../../../src/gossip/wire/limits.js';
import { ApiClient } from '../../../../src/node/client/api-client.js';
import { createHttpRequest } from '../../../../src/node/client/http.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function listen(handler: RequestListener): Promise<number> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const clientAt = (port: number, timeoutMs = 5000): ApiClient =>
  new ApiClient({ request: createHttpRequest() }, { url: `127.0.0.1:${port}`, timeoutMs });

async function failureOf(promise: Promise<unknown>): Promise<RepramError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RepramError)) throw new Error(`not a RepramError: ${error}`);
  return error;
}

describe('a client over a real socket', () => {
  test.each(['..', '.', 'a/../b', 'a b', 'ü', '%2e', '?', '//'])('the key %j arrives as it was given', async (key) => {
    let target = '';
    const port = await listen((request, response) => {
      target = request.url ?? '';
      response.writeHead(404).end();
    });
    expect(await clientAt(port).get(key)).toBeUndefined();
    expect(decodeURIComponent(target)).toBe(`/v1/data/${key}`);
  });

  test('bytes go both ways unchanged', async () => {
    let stored = Buffer.alloc(0);
    const port = await listen((request, response) => {
      if (request.method === 'GET') return void response.writeHead(200).end(stored);
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        stored = Buffer.concat(chunks);
        response.writeHead(201).end('OK');
      });
    });
    const client = clientAt(port);
    for (const size of [0, 1, 300_000]) {
      const value = Uint8Array.from({ length: size }, (_, index) => index % 251);
      expect(await client.put('k', value)).toBe('stored');
      expect(Buffer.compare((await client.get('k'))?.bytes ?? Buffer.from('none'), value)).toBe(0);
    }
  });

  test('a port nobody listens on is refused, with the URL in the message', async () => {
    const port = await listen(() => undefined);
    await Promise.all(closers.splice(0).map((close) => close()));
    const error = await failureOf(clientAt(port).status());
    expect(error.code).toBe('REQUEST_FAILED');
    expect(error.message).toBe(`cannot reach http://127.0.0.1:${port}: connection refused; is a node running there?`);
  });

  test('an answer that never comes, or never ends, is given up at the timeout', async () => {
    const silent = await listen(() => undefined);
    expect((await failureOf(clientAt(silent, 50).status())).message).toContain('no answer within 0.05 s');
    const endless = await listen((_, response) => void response.writeHead(200).write('x'));
    expect((await failureOf(clientAt(endless, 50).get('k'))).message).toContain('no answer within 0.05 s');
  });

  test('an answer without end is cut off at the largest value', async () => {
    const port = await listen((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = (): void => void response.write(chunk, () => setImmediate(more));
      response.on('error', () => undefined);
      more();
    });
    expect((await failureOf(clientAt(port).get('k'))).message).toContain(`longer than ${MAX_VALUE_BYTES} bytes`);
  });

  test.each(['nonsense\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', ''])(
    '%j instead of an answer is an error',
    async (text) => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => socket.end(text));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closers.push(() => new Promise((resolve) => server.close(resolve)));
      const error = await failureOf(clientAt((server.address() as AddressInfo).port).get('k'));
      expect(error.code).toBe('REQUEST_FAILED');
    },
  );
});
