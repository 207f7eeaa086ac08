import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningNode } from '../../src/node/node.js';
import { requestText } from './hostile/input.js';
import { ask, json } from './support/ask.js';
import { expectBaseHeaders } from './support/base-headers.js';
import { RawConnection, statusOf } from './support/raw-connection.js';
import { startTestNode } from './support/test-node.js';

const MAX_VALUE_BYTES = 10 * 1024 * 1024;

let node: RunningNode;
beforeAll(async () => {
  node = await startTestNode();
});
afterAll(() => node.stop());

const put = (key: string, body: string | Uint8Array = 'x', headers: readonly string[] = []) =>
  ask(node.port, 'PUT', `/v1/data/${key}`, { body, headers });
const get = (key: string) => ask(node.port, 'GET', `/v1/data/${key}`);

describe('a value', () => {
  test('comes back with what is known about it', async () => {
    const beforeMs = Date.now();
    expect(await put('hello', 'world', ['X-TTL: 600'])).toMatchObject({ status: 201, body: Buffer.from('OK') });
    const answer = await get('hello');
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('world') });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '5',
      'x-original-ttl': '600',
    });
    expect(answer.headers['x-remaining-ttl']).toMatch(/^(600|599|598)$/);
    const created = answer.headers['x-created-at'] ?? '';
    expect(new Date(created).toISOString()).toBe(created);
    expect(Date.parse(created)).toBeGreaterThanOrEqual(beforeMs - 1000);
    expectBaseHeaders(answer.headers);
  });

  test('to HEAD, is its headers alone', async () => {
    await put('headed', 'value');
    const [full, head] = [await get('headed'), await ask(node.port, 'HEAD', '/v1/data/headed')];
    const comparable = ({ headers }: typeof full) => ({ ...headers, date: '', 'x-remaining-ttl': '' });
    expect(head.status).toBe(200);
    expect(comparable(head)).toEqual(comparable(full));
    expect(head.body).toHaveLength(0);
  });

  test('that is not there is 404 with nothing in it, to GET and to HEAD', async () => {
    expect(await get('never')).toMatchObject({ status: 404, body: Buffer.alloc(0) });
    expect(await ask(node.port, 'HEAD', '/v1/data/never')).toMatchObject({ status: 404 });
  });

  test('may be empty, binary, overwritten', async () => {
    await put('empty', '');
    expect(await get('empty')).toMatchObject({
      status: 200,
      body: Buffer.alloc(0),
      headers: { 'content-length': '0' },
    });
    const binary = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await put('binary', binary);
    expect((await get('binary')).body).toEqual(binary);
    await put('binary', 'text now');
    expect((await get('binary')).body.toString()).toBe('text now');
  });

  test('may have 10 MiB', async () => {
    const value = randomBytes(MAX_VALUE_BYTES);
    expect((await put('large', value)).status).toBe(201);
    expect(digest((await get('large')).body)).toBe(digest(value));
  });

  test('may come in chunks', async () => {
    const connection = await RawConnection.open(node.port);
    connection.send(requestText('PUT', '/v1/data/chunked', ['Transfer-Encoding: chunked']));
    connection.send('3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nX-Trailer: y\r\n\r\n');
    expect(statusOf(await connection.answer())).toBe(201);
    connection.close();
    expect((await get('chunked')).body.toString()).toBe('abcde');
  });
});

describe('a value that is too large', () => {
  test('is refused to a client that is still sending, which then can go on', async () => {
    const connection = await RawConnection.open(node.port);
    connection.send(requestText('PUT', '/v1/data/huge', [`Content-Length: ${MAX_VALUE_BYTES + 1}`]));
    const half = Buffer.alloc(MAX_VALUE_BYTES / 2);
    connection.send(half);
    expect(statusOf(await connection.answer())).toBe(413);
    connection.send(half);
    connection.send('x');
    connection.send(requestText('GET', '/v1/health'));
    expect(statusOf(await connection.answer())).toBe(200);
    connection.close();
    expect((await get('huge')).status).toBe(404);
  });

  test('is refused in chunks, at the byte that is one too many', async () => {
    const connection = await RawConnection.open(node.port);
    connection.send(requestText('PUT', '/v1/data/huge', ['Transfer-Encoding: chunked']));
    connection.send(`${MAX_VALUE_BYTES.toString(16)}\r\n`);
    connection.send(Buffer.alloc(MAX_VALUE_BYTES));
    connection.send('\r\n1\r\nx\r\n');
    const answer = await connection.answer();
    expect(statusOf(answer)).toBe(413);
    connection.close();
    expect((await get('huge')).status).toBe(404);
  });

  test('is cut off when it does not end', async () => {
    const connection = await RawConnection.open(node.port);
    connection.send(requestText('PUT', '/v1/data/huge', ['Content-Length: 1000000000000']));
    expect(statusOf(await connection.answer())).toBe(413);
    for (let sent = 0; sent < 40; sent++) connection.send(Buffer.alloc(1024 * 1024));
    expect(await connection.ended()).toBe(true);
  });

  test('is not asked for with 100 Continue, and the connection ends with the answer', async () => {
    const connection = await RawConnection.open(node.port);
    const length = `Content-Length: ${MAX_VALUE_BYTES + 1}`;
    connection.send(requestText('PUT', '/v1/data/huge', ['Expect: 100-continue', length]));
    expect(await connection.answer()).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(await connection.ended()).toBe(true);
  });
});

describe('100 Continue', () => {
  test('is said before a body that is welcome, and the connection stays', async () => {
    const connection = await RawConnection.open(node.port);
    connection.send(requestText('PUT', '/v1/data/asked', ['Expect: 100-continue', 'Content-Length: 3']));
    expect(statusOf(await connection.answer())).toBe(100);
    connection.send('yes');
    expect(statusOf(await connection.answer())).toBe(201);
    connection.send(requestText('GET', '/v1/data/asked'));
    expect(await connection.answer()).toMatchObject({ status: 200, body: Buffer.from('yes') });
    connection.close();
  });

  test.each([
    ['PUT', '/v1/data/%zz', 400],
    ['DELETE', '/v1/data/k', 405],
    ['PUT', '/v1/health', 405],
    ['POST', '/nowhere', 404],
  ])('is not said before %s %s → %i', async (method, target, status) => {
    const connection = await RawConnection.open(node.port);
    connection.send(requestText(method, target, ['Expect: 100-continue', 'Content-Length: 3']));
    expect(statusOf(await connection.answer())).toBe(status);
    connection.close();
  });
});

describe('TTL', () => {
  const [MIN, MAX, DEFAULT] = ['300', '86400', '3600'];

  test.each([
    ['nothing', '', [], DEFAULT],
    ['?ttl=', '?ttl=600', [], '600'],
    ['X-TTL', '', ['X-TTL: 700'], '700'],
    ['?ttl= before X-TTL', '?ttl=600', ['X-TTL: 700'], '600'],
    ['an empty ?ttl=, then X-TTL', '?ttl=', ['X-TTL: 700'], '700'],
    ['an empty X-TTL', '', ['X-TTL: '], DEFAULT],
    ['the first of two ?ttl=', '?ttl=600&ttl=700', [], '600'],
    ['?ttl= among others', '?a=b&ttl=600&c', [], '600'],
    ['zero', '?ttl=0', [], DEFAULT],
    ['zero, whatever X-TTL says', '?ttl=0', ['X-TTL: 700'], DEFAULT],
    ['negative', '?ttl=-600', [], DEFAULT],
    ['a fraction', '?ttl=600.5', [], DEFAULT],
    ['an exponent', '?ttl=6e2', [], DEFAULT],
    ['hexadecimal', '?ttl=0x258', [], DEFAULT],
    ['text', '?ttl=soon', [], DEFAULT],
    ['text in X-TTL', '', ['X-TTL: soon'], DEFAULT],
    ['two X-TTL', '', ['X-TTL: 600', 'X-TTL: 700'], DEFAULT],
    ['a sign', '?ttl=%2B600', [], DEFAULT],
    ['white space', '?ttl=%20600', [], DEFAULT],
    ['bad percent-encoding', '?ttl=%zz', [], DEFAULT],
    ['leading zeros', '?ttl=000600', [], '600'],
    ['other digits', '?ttl=%D9%A6%D9%A0%D9%A0', [], DEFAULT],
    ['too short', '?ttl=1', [], MIN],
    ['just long enough', '?ttl=300', [], '300'],
    ['just short enough', '?ttl=86400', [], '86400'],
    ['too long', '?ttl=86401', [], MAX],
    ['beyond 2^53', '?ttl=99999999999999999999', [], MAX],
    ['400 digits', `?ttl=${'9'.repeat(400)}`, [], MAX],
  ] as const)('%s', async (_, query, headers, expected) => {
    expect((await put(`ttl${query}`, 'x', headers)).status).toBe(201);
    expect((await get('ttl')).headers['x-original-ttl']).toBe(expected);
  });
});

describe('keys', () => {
  test.each([
    ['a slash', 'a/b/c', 'a/b/c'],
    ['dots that are no path', '..', '..'],
    ['dots and slashes', '../../etc/passwd', '../../etc/passwd'],
    ['a double slash', 'a//b', 'a//b'],
    ['an encoded slash, the same key', 'a%2Fb%2Fc', 'a/b/c'],
    ['NUL', 'nul%00nul', 'nul\0nul'],
    ['a plus, which is no space', 'a+b', 'a+b'],
    ['a space', 'a%20b', 'a b'],
    ['emoji', '%F0%9F%94%A5', '🔥'],
    ['an encoded question mark', 'what%3F', 'what?'],
    ['a name objects inherit', '__proto__', '__proto__'],
    ['1024 bytes', 'k'.repeat(1024), 'k'.repeat(1024)],
    ['1024 bytes of emoji', '%F0%9F%94%A5'.repeat(256), '🔥'.repeat(256)],
  ])('may have %s', async (name, encoded, key) => {
    expect((await put(encoded, name)).status).toBe(201);
    expect((await get(encoded)).body.toString()).toBe(name);
    const listed = json(await ask(node.port, 'GET', `/v1/keys?prefix=${encodeURIComponent(key)}`));
    expect(listed['keys']).toContain(key);
  });

  test.each([
    ['of 1025 bytes', 'k'.repeat(1025)],
    ['of 1025 bytes of UTF-8', `${'%C3%A9'.repeat(512)}k`],
    ['that is empty', ''],
    ['that is no UTF-8', '%FF'],
    ['that is a lone surrogate', '%ED%A0%80'],
    ['that is cut short', '%4'],
  ])('%s → 400', async (_, encoded) => {
    expect((await put(encoded)).status).toBe(400);
    expect((await get(encoded)).status).toBe(400);
  });
});

describe('listing', () => {
  const keys = ['list/a', 'list/b', 'list/b/c', 'list/é', 'list/\u{ff5e}', 'list/🔥'];
  const page = async (query: string) => json(await ask(node.port, 'GET', `/v1/keys?${query}`));

  beforeAll(async () => {
    for (const key of [...keys].reverse()) await put(encodeURIComponent(key));
  });

  test('is in the order of the bytes', async () => {
    expect(await page('prefix=list/')).toEqual({ keys });
  });

  test('comes in pages that join without a gap', async () => {
    const seen: unknown[] = [];
    let cursor = '';
    for (let pages = 0; pages < keys.length; pages++) {
      const { keys: found, next_cursor } = await page(`prefix=list/&limit=2&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...(found as unknown[]));
      if (next_cursor === undefined) break;
      cursor = next_cursor as string;
    }
    expect(seen).toEqual(keys);
  });

  test.each(['0', '-1', '1.5', 'x', '', '1e1', '%', '99999999999999999999'])('limit=%s is no limit', async (limit) => {
    expect(await page(`prefix=list/&limit=${limit}`)).toEqual({ keys });
  });

  test('goes on after a cursor that is no key, and from the start of the prefix for one before it', async () => {
    expect(await page('prefix=list/&cursor=list/b!')).toEqual({ keys: keys.slice(2) });
    expect(await page('prefix=list/&cursor=a')).toEqual({ keys });
    expect(await page('prefix=list/&cursor=zzz')).toEqual({ keys: [] });
    expect(await page('prefix=nothing/here')).toEqual({ keys: [] });
  });
});

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
