import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_VALUE_BYTES } from '../../../../src/gossip/wire/limits.js';
import type { HttpCall } from '../../../../src/node/client/http.js';
import { answer, jsonAnswer, run } from './harness.js';

const BINARY = Uint8Array.from([0, 255, 10, 13, 128]);
const VALUE_HEADERS = { 'x-created-at': '2026-01-01T00:00:00.000Z', 'x-original-ttl': '600', 'x-remaining-ttl': '599' };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repram-cli-'));
});
afterAll(() => rm(directory, { recursive: true }));

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(`connect ${code}`), { code }));

describe('every client command', () => {
  test.each([
    [{}, [], 'http://localhost:8080', '/v1/status'],
    [{ REPRAM_URL: '' }, [], 'http://localhost:8080', '/v1/status'],
    [{ REPRAM_URL: 'h:1' }, [], 'http://h:1', '/v1/status'],
    [{ REPRAM_URL: 'h:1' }, ['--url', '[::1]:81'], 'http://[::1]:81', '/v1/status'],
    [{}, ['--url', 'http://h'], 'http://h', '/v1/status'],
    [{}, ['--url', 'https://h/repram/'], 'https://h', '/repram/v1/status'],
    [{}, ['--url', 'h'], 'http://h:8080', '/v1/status'],
  ] as const)('with environment %j and flags %j asks %s%s', async (env, flags, origin, path) => {
    const { calls } = await run({ env, answer: () => answer(500) }, 'status', ...flags);
    expect(calls).toMatchObject([{ origin, path, method: 'GET', timeoutMs: 10_000 }]);
  });

  test.each([
    [failing('ECONNREFUSED'), 'cannot reach http://localhost:8080: connection refused; is a node running there?'],
    [failing('ENOTFOUND'), 'there is no such host'],
    [failing('HPE_INVALID_CONSTANT'), 'what answers there does not speak HTTP'],
    [() => Promise.reject(new DOMException('x', 'TimeoutError')), 'no answer within 0.25 s'],
    [() => answer(429, 'Rate limit exceeded'), 'http://localhost:8080 answered 429: Rate limit exceeded'],
    [() => answer(500, '\u001b[2Jboom'), 'answered 500: \\x1b[2Jboom'],
    [() => answer(502, '<html>gateway</html>'), 'answered 502\n'],
    [() => answer(200, 'hello'), 'does not answer /v1/status as a REPRAM node does'],
    [() => jsonAnswer({ status: 1 }), 'does not answer /v1/status as a REPRAM node does'],
    [() => jsonAnswer(null), 'does not answer /v1/status as a REPRAM node does'],
  ])('ends with 1 and a message where the node fails it: %#', async (world, message) => {
    const ran = await run({ answer: world }, 'status', '--timeout', '250ms');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).not.toContain('    at ');
  });
});

describe('status', () => {
  const status = {
    status: 'healthy',
    node_id: 'n\u001b',
    network: 'private',
    enclave: 'e',
    uptime: '1s',
    memory: { rss: 7 },
    goroutines: 12,
  };
  const world = { answer: () => jsonAnswer(status) };

  test('is tab-separated without a terminal, fields of other implementations included', async () => {
    const { stdout } = await run(world, 'status');
    expect(stdout).toBe(
      'status\thealthy\nnode_id\tn\\x1b\nnetwork\tprivate\nenclave\te\nuptime\t1s\nmemory.rss\t7\ngoroutines\t12\n',
    );
  });

  test('is exact as JSON', async () => {
    expect(JSON.parse((await run(world, 'status', '--json')).stdout)).toEqual(status);
  });
});

describe('peers', () => {
  const peers = [
    { id: 'b', address: '::1', http_port: 1, enclave: 'default' },
    { id: 'long-\u202ename', address: '[fe80::1]', http_port: 22, enclave: '' },
  ];
  const world = { answer: () => jsonAnswer({ node_id: 'a', enclave: 'default', peers }) };

  test('is an aligned table on a terminal, in which the network cannot steer the terminal', async () => {
    expect((await run({ ...world, tty: true }, 'peers')).stdout.split('\n')).toEqual([
      'ID               ADDRESS       ENCLAVE',
      'b                [::1]:1       default',
      'long-\\u202ename  [fe80::1]:22  default',
      '',
    ]);
  });

  test('is rows without a header elsewhere', async () => {
    expect((await run(world, 'peers')).stdout).toBe('b\t[::1]:1\tdefault\nlong-\\u202ename\t[fe80::1]:22\tdefault\n');
  });

  test('shows who is attached to the node, and whom a node is attached to that cannot be dialled', async () => {
    const children = [
      { id: 'laptop', enclave: '' },
      { id: 'phone\u202e', enclave: 'e' },
    ];
    const above = { node_id: 'a', enclave: 'default', peers: peers.slice(0, 1), role: 'substrate', children };
    expect((await run({ answer: () => jsonAnswer(above), tty: true }, 'peers')).stdout.split('\n')).toEqual([
      'ID             ADDRESS    ENCLAVE',
      'b              [::1]:1    default',
      'a              this node  default',
      '├ laptop       attached   default',
      '└ phone\\u202e  attached   e',
      '',
    ]);
    const parent = { id: 'b', address: '[::1]', http_port: 1 };
    const below = { node_id: 'laptop', enclave: 'e', peers: [], role: 'transient', parent, children: [] };
    expect((await run({ answer: () => jsonAnswer(below) }, 'peers')).stdout).toBe(
      'b\t[::1]:1\tparent\n└ laptop\tthis node, attached\te\n',
    );
  });

  test('says that a node knows nobody that is attached to nobody', async () => {
    const alone = { node_id: 'laptop', enclave: 'e', peers: [], role: 'transient', parent: null, children: [] };
    const ran = await run({ answer: () => jsonAnswer(alone) }, 'peers');
    expect(ran).toMatchObject({ code: 0, stdout: '', stderr: 'repram-node: http://localhost:8080 knows no peers\n' });
  });

  test('says on stderr that there are none, whether the list is empty or null', async () => {
    for (const none of [[], null]) {
      const ran = await run({ answer: () => jsonAnswer({ node_id: 'a', enclave: 'e', peers: none }) }, 'peers');
      expect(ran).toMatchObject({ code: 0, stdout: '', stderr: 'repram-node: http://localhost:8080 knows no peers\n' });
    }
  });
});

describe('get', () => {
  const world = { answer: () => answer(200, BINARY, VALUE_HEADERS) };
  const about = { key: 'k', size: 5, created_at: '2026-01-01T00:00:00.000Z', original_ttl: 600, remaining_ttl: 599 };

  test('writes the bytes and nothing else', async () => {
    const ran = await run(world, 'get', 'k');
    expect([...ran.stdoutBytes]).toEqual([...BINARY]);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
  });

  test.each([
    ['a/b c', '/v1/data/a%2Fb%20c'],
    ['..', '/v1/data/%2E%2E'],
    ['a/../b', '/v1/data/a%2F..%2Fb'],
    ['?x#y%', '/v1/data/%3Fx%23y%25'],
    ['ü\n', '/v1/data/%C3%BC%0A'],
  ])('asks for %j as one segment', async (key, path) => {
    expect((await run(world, 'get', key)).calls[0]?.path).toBe(path);
  });

  test('takes a key that looks like a flag after --', async () => {
    expect((await run(world, 'get', '--', '--json')).calls[0]?.path).toBe('/v1/data/--json');
  });

  test('asks for a quorum where told to, and for nothing else', async () => {
    const path = async (level: string) => (await run(world, 'get', 'k', '--consistency', level)).calls[0]?.path;
    expect(await path('quorum')).toBe('/v1/data/k?consistency=quorum');
    expect(await path('one')).toBe('/v1/data/k?consistency=one');
    expect(await run(world, 'get', 'k', '--consistency', 'all')).toMatchObject({ code: 2, calls: [] });
  });

  test('ends with 1 where the value is missing', async () => {
    const ran = await run({ answer: () => answer(404) }, 'get', 'k\n');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe(
      'repram-node: no value for "k\\x0a" at http://localhost:8080: it was never written, or has expired\n',
    );
  });

  test('--output writes a file, --json says what it wrote', async () => {
    const output = join(directory, 'value');
    const ran = await run(world, 'get', 'k', '--output', output, '--json');
    expect([...(await readFile(output))]).toEqual([...BINARY]);
    expect(JSON.parse(ran.stdout)).toEqual(about);
  });

  test('--output that cannot be written ends with 1 and no stack', async () => {
    const ran = await run(world, 'get', 'k', '--output', join(directory, 'no', 'such'));
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^repram-node: ENOENT: [^\n]*\n$/);
  });

  test('--json carries the bytes in base64', async () => {
    expect(JSON.parse((await run(world, 'get', 'k', '--json')).stdout)).toEqual({
      ...about,
      data: Buffer.from(BINARY).toString('base64'),
    });
  });

  test('--meta keeps stdout for the bytes', async () => {
    const text = await run(world, 'get', 'k', '--meta');
    expect([...text.stdoutBytes]).toEqual([...BINARY]);
    expect(text.stderr).toContain('remaining_ttl\t599\n');
    expect(JSON.parse((await run(world, 'get', 'k', '--meta', '--json')).stderr)).toEqual(about);
  });

  test('headers that are missing or no numbers are unknown, not NaN', async () => {
    const odd = { answer: () => answer(200, 'v', { 'x-remaining-ttl': '-1' }) };
    expect(JSON.parse((await run(odd, 'get', 'k', '--json')).stdout)).toMatchObject({
      created_at: null,
      original_ttl: null,
      remaining_ttl: null,
    });
  });
});

describe('put', () => {
  const stored = { answer: () => answer(201, 'OK') };
  const bodyOf = (calls: readonly HttpCall[]): number[] => [...(calls[0]?.body ?? [])];

  test('sends the argument, TTL in seconds, and says stored', async () => {
    const ran = await run(stored, 'put', 'k', 'é', '--ttl', '10m');
    expect(ran).toMatchObject({ code: 0, stdout: 'stored\n', stderr: '' });
    expect(ran.calls).toMatchObject([{ method: 'PUT', path: '/v1/data/k?ttl=600' }]);
    expect(bodyOf(ran.calls)).toEqual([...Buffer.from('é')]);
  });

  test('an empty argument is an empty value', async () => {
    expect(bodyOf((await run(stored, 'put', 'k', '')).calls)).toEqual([]);
  });

  test.each([[['put', 'k', '-']], [['put', 'k']], [['put', 'k', '--file', '-']]])(
    '%j reads stdin byte for byte',
    async (args) => {
      expect(bodyOf((await run({ ...stored, stdin: BINARY }, ...args)).calls)).toEqual([...BINARY]);
    },
  );

  test('--file reads a file byte for byte', async () => {
    const file = join(directory, 'input');
    await writeFile(file, BINARY);
    expect(bodyOf((await run(stored, 'put', 'k', '--file', file)).calls)).toEqual([...BINARY]);
  });

  test('--file that does not exist ends with 1', async () => {
    expect(await run(stored, 'put', 'k', '--file', join(directory, 'none'))).toMatchObject({ code: 1, calls: [] });
  });

  test('a value above the limit is refused before it is sent', async () => {
    const ran = await run({ ...stored, stdin: new Uint8Array(MAX_VALUE_BYTES + 1) }, 'put', 'k');
    expect(ran).toMatchObject({ code: 2, calls: [], stderr: expect.stringContaining('10 MiB') });
    expect(await run({ ...stored, stdin: new Uint8Array(MAX_VALUE_BYTES) }, 'put', 'k')).toMatchObject({ code: 0 });
  });

  test('202 is a success that does not claim a quorum', async () => {
    const ran = await run({ answer: () => answer(202, 'Accepted (quorum pending)') }, 'put', 'k', 'v');
    expect(ran).toMatchObject({ code: 0, stdout: 'pending\n' });
    expect(ran.stderr).toContain('quorum had not confirmed');
  });

  test('a full node is a failure', async () => {
    const ran = await run({ answer: () => answer(507, 'Node storage capacity exceeded') }, 'put', 'k', 'v');
    expect(ran).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('507: Node storage capacity exceeded'),
    });
  });

  test('--json names the outcome', async () => {
    expect(JSON.parse((await run(stored, 'put', 'k', 'v', '--json')).stdout)).toEqual({
      key: 'k',
      size: 1,
      outcome: 'stored',
    });
  });
});

describe('ls', () => {
  const pages: Readonly<Record<string, unknown>> = {
    '/v1/keys?limit=2': { keys: ['a', 'b\tc'], next_cursor: 'b\tc' },
    '/v1/keys?limit=2&cursor=b%09c': { keys: ['d'] },
  };
  const world = { answer: ({ path }: HttpCall) => jsonAnswer(pages[path]) };

  test('lists one page and says how to go on', async () => {
    const ran = await run(world, 'ls', '--limit', '2');
    expect(ran).toMatchObject({ code: 0, stdout: 'a\nb\\x09c\n' });
    expect(ran.stderr).toContain("--cursor 'b\\x09c'");
  });

  test('--all follows the cursor to the end under one header', async () => {
    expect((await run({ ...world, tty: true }, 'ls', '--limit', '2', '--all')).stdout).toBe('KEY\na\nb\\x09c\nd\n');
  });

  test('--all --json is one document', async () => {
    expect(JSON.parse((await run(world, 'ls', '--limit', '2', '--all', '--json')).stdout)).toEqual({
      keys: ['a', 'b\tc', 'd'],
    });
  });

  test('--json of one page carries the cursor', async () => {
    expect(JSON.parse((await run(world, 'ls', '--limit', '2', '--json')).stdout)).toEqual({
      keys: ['a', 'b\tc'],
      next_cursor: 'b\tc',
    });
  });

  test('passes prefix and cursor on', async () => {
    const { calls } = await run(
      { answer: () => jsonAnswer({ keys: null }) },
      'ls',
      '--prefix',
      'a&b',
      '--cursor',
      'a&c',
    );
    expect(calls[0]?.path).toBe('/v1/keys?prefix=a%26b&limit=1000&cursor=a%26c');
  });

  test('a node whose cursor stands still does not hold it for ever', async () => {
    const stuck = { answer: () => jsonAnswer({ keys: ['a'], next_cursor: 'a' }) };
    const ran = await run(stuck, 'ls', '--all');
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('same page of keys twice') });
    expect(ran.calls).toHaveLength(2);
  });

  test('stops asking once nobody reads', async () => {
    let page = 0;
    const endless = () => jsonAnswer({ keys: ['k'], next_cursor: String(page++) });
    const ran = await run({ answer: endless, closesStdout: true }, 'ls', '--all');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.calls).toHaveLength(1);
  });

  test('a million keys in one answer do not exhaust the stack', async () => {
    const keys = Array.from({ length: 1_000_000 }, () => 'k');
    const many = { answer: () => jsonAnswer({ keys }) };
    expect((await run(many, 'ls', '--all')).stdout.length).toBe(2_000_000);
    expect((await run(many, 'ls', '--all', '--json')).code).toBe(0);
  });
});
