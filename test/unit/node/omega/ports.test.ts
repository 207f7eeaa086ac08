import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachePaths } from '../../../../src/node/omega/cache-dirs.js';
import { DnsResolver } from '../../../../src/node/omega/dns-resolver.js';
import { httpGet } from '../../../../src/node/omega/http-get.js';
import { isoTime } from '../../../../src/node/omega/iso-time.js';
import { platformCode } from '../../../../src/node/omega/platform-code.js';
import { systemFiles } from '../../../../src/node/omega/system-files.js';
import { freePort } from '../../../support/node-process.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'omega-'));
});

afterEach(() => rm(directory, { recursive: true }));

describe('files', () => {
  it('are written for their owner alone, with their directory, and leave nothing else behind', async () => {
    const path = join(directory, 'a', 'b', 'list.json');
    expect(await systemFiles.writeAtomic(path, 'one')).toEqual({ kind: 'written' });
    await chmod(path, 0o644);
    expect(await systemFiles.writeAtomic(path, 'two')).toEqual({ kind: 'written' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'a'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(directory, 'a', 'b'))).toEqual(['list.json']);
    expect(await readFile(path, 'utf8')).toBe('two');
  });

  it('that cannot be written or read say why', async () => {
    await writeFile(join(directory, 'file'), 'x'.repeat(11));
    const below = join(directory, 'file', 'list.json');
    expect(await systemFiles.writeAtomic(below, '')).toEqual({ kind: 'failed', reason: 'ENOTDIR' });
    expect(await systemFiles.read(join(directory, 'none'), 10)).toEqual({ kind: 'failed', reason: 'ENOENT' });
    expect(await systemFiles.read(directory, 10)).toEqual({ kind: 'failed', reason: 'EISDIR' });
    expect(await systemFiles.read(join(directory, 'file'), 10)).toEqual({ kind: 'failed', reason: 'EFBIG' });
    expect(await systemFiles.read(join(directory, 'file'), 11)).toEqual({ kind: 'read', text: 'x'.repeat(11) });
  });

  it('without an end are left after what they may have', async () => {
    await symlink('/dev/zero', join(directory, 'endless'));
    expect(await systemFiles.read(join(directory, 'endless'), 1000)).toEqual({ kind: 'failed', reason: 'EFBIG' });
  });
});

describe('HTTP', () => {
  let server: Server;
  let origin: string;
  let handler: RequestListener;

  beforeEach(async () => {
    server = createServer((request, response) => handler(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('gives the document, asked for with its query', async () => {
    handler = (request, response) => response.end(`${request.method} ${request.url}`);
    expect(await httpGet.get(`${origin}/l?a=b`, 100)).toEqual({ kind: 'ok', text: 'GET /l?a=b' });
  });

  it.each([301, 404, 500, 204])('says the status %i, and follows nothing', async (status) => {
    let asked = 0;
    handler = (_, response) => {
      asked++;
      response.writeHead(status, { location: `${origin}/other` }).end();
    };
    expect(await httpGet.get(origin, 100)).toEqual({ kind: 'status', status });
    expect(asked).toBe(1);
  });

  it('leaves a document that has no end', async () => {
    handler = (_, response) => {
      response.on('error', () => undefined);
      const write = (): void => void (response.writable && response.write('x'.repeat(1000), write));
      write();
    };
    expect(await httpGet.get(origin, 10_000)).toEqual({ kind: 'too-long' });
  });

  it('says the code of what failed, and dials nothing that is forbidden', async () => {
    handler = (request) => request.socket.destroy();
    expect(await httpGet.get(origin, 100)).toMatchObject({ kind: 'failed' });
    expect(await httpGet.get(`http://127.0.0.1:${await freePort()}`, 100)).toEqual({
      kind: 'failed',
      reason: 'ECONNREFUSED',
    });
    expect(await httpGet.get('http://169.254.169.254/latest', 100)).toEqual({ kind: 'failed', reason: 'EACCES' });
    expect(await httpGet.get('http://[fe80::1]/', 100)).toEqual({ kind: 'failed', reason: 'EACCES' });
    expect(await httpGet.get('nonsense', 100)).toEqual({ kind: 'failed', reason: 'ERR_INVALID_URL' });
  });
});

it('a resolver that nobody answers is a failure with a code', async () => {
  const resolver = new DnsResolver({ servers: [{ host: '127.0.0.1', port: await freePort() }] });
  expect(await resolver.txt('a.test')).toEqual({ kind: 'failed', reason: expect.stringMatching(/^E[A-Z]+$/) });
});

it('the cache is where it was set, else at home, else system-wide', () => {
  expect(cachePaths({ cacheDir: '/c' }, '/home/u')).toEqual(['/c/root-list.json']);
  expect(cachePaths({ cacheDir: undefined }, '/home/u')).toEqual([
    '/home/u/.repram/cache/root-list.json',
    '/var/cache/repram/root-list.json',
  ]);
  expect(cachePaths({ cacheDir: undefined }, '')).toEqual(['/var/cache/repram/root-list.json']);
});

it.each([
  [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
  [Object.assign(new Error('x'), { code: 'text of\nthe network' }), 'UNKNOWN'],
  [new DOMException('late', 'TimeoutError'), 'ETIMEDOUT'],
  ['x', 'UNKNOWN'],
])('the code of %s is %s', (error, code) => {
  expect(platformCode(error)).toBe(code);
});

it('times that have no date are shown as they are', () => {
  expect(isoTime(0)).toBe('1970-01-01T00:00:00Z');
  expect(isoTime(9_007_199_254_740_991)).toBe('9007199254740991 (Unix seconds)');
});
