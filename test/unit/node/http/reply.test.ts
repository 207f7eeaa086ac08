import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reply } from '../../../../src/node/http/reply.js';

/** Answers with that many bytes, every value of a byte among them, at an odd offset of a larger buffer. */
function bytesOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size + 3 }, (_, index) => 253 + index).subarray(3);
}

const server = createServer((req, res) => reply(req, res, 200, bytesOf(Number(req.url?.slice(1))), []));

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => server.close());

async function answer(method: string, size: number): Promise<{ length: string | undefined; body: Uint8Array }> {
  const { port } = server.address() as AddressInfo;
  const outgoing = request({ host: '127.0.0.1', port, method, path: `/${size}`, agent: false });
  outgoing.end();
  const [incoming] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return { length: incoming.headers['content-length'], body: Uint8Array.from(Buffer.concat(chunks)) };
}

describe('reply', () => {
  it.each([0, 1, 256, 4096, 4097, 100_000])('sends %i bytes as they are', async (size) => {
    expect(await answer('GET', size)).toEqual({ length: String(size), body: bytesOf(size) });
  });

  it('tells HEAD the length and sends nothing', async () => {
    expect(await answer('HEAD', 300)).toEqual({ length: '300', body: new Uint8Array(0) });
  });
});
