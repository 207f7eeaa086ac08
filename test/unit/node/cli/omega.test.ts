import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DnsResolver } from '../../../../src/node/omega/dns-resolver.js';
import { cacheFileOf } from '../../../../src/omega/cache.js';
import { formatPublicKey } from '../../../../src/omega/keys.js';
import { parseRootList } from '../../../../src/omega/root-list.js';
import { eventually } from '../../../support/node-process.js';
import { KEYS, OTHER_KEYS, signedLine } from '../../../support/root-lists.js';
import { FakeWorld, jsonAnswer, run } from './harness.js';

let directory: string;
let keyFile: string;
const inDirectory = (name: string) => join(directory, name);
const nowS = () => Math.floor(Date.now() / 1000);

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'omega-cli-'));
  keyFile = inDirectory('omega.key');
});

afterEach(() => rm(directory, { recursive: true }));

async function keygen(): Promise<string> {
  const { stdout } = await run({}, 'omega', 'keygen', '--out', keyFile);
  return stdout.trim();
}

describe('keygen', () => {
  test('writes the private key for its owner alone, and prints the public key alone', async () => {
    const ran = await run({}, 'omega', 'keygen', '--out', keyFile);
    expect(ran.code).toBe(0);
    const secret = Buffer.from(await readFile(keyFile, 'utf8'), 'base64');
    expect(secret).toHaveLength(64);
    expect(ran.stdout).toBe(`${secret.subarray(32).toString('base64')}\n`);
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    for (const form of [secret, secret.subarray(0, 32)]) {
      for (const encoding of ['base64', 'hex'] as const) {
        expect(ran.stdout + ran.stderr).not.toContain(form.toString(encoding).replace(/=+$/, ''));
      }
    }
  });

  test('overwrites nothing', async () => {
    await writeFile(keyFile, 'precious');
    const ran = await run({}, 'omega', 'keygen', '--out', keyFile);
    expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('is not overwritten') });
    expect(await readFile(keyFile, 'utf8')).toBe('precious');
  });
});

describe('keygen, where it cannot write', () => {
  test.each(['/proc/none/of/these/key', '/dev/null/key'])('to %s says so, and ends', async (out) => {
    const ran = await run({}, 'omega', 'keygen', '--out', out);
    expect(ran).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`--out "${out}" cannot be written`),
    });
  });

  test('makes the directories that are missing', async () => {
    const out = inDirectory('a/b/omega.key');
    expect((await run({}, 'omega', 'keygen', '--out', out)).code).toBe(0);
    expect((await stat(inDirectory('a/b'))).mode & 0o777).toBe(0o700);
  });
});

describe('sign', () => {
  test('prints a line that verifies on stdout, and how to publish it on stderr', async () => {
    const key = await keygen();
    const args = ['--key-file', keyFile, '--nodes', 'b.test:1,A.test:1', '--nodes', '[::1]:2', '--lifetime', '48h'];
    const ran = await run({}, 'omega', 'sign', ...args, '--domain', 'net.test');
    expect(ran.code).toBe(0);
    const parsed = parseRootList(ran.stdout.trimEnd());
    expect(parsed.ok && parsed.list.nodes).toEqual(['[::1]:2', 'a.test:1', 'b.test:1']);
    expect(parsed.ok && parsed.list.expiresS - nowS()).toBeGreaterThan(172_790);
    expect(ran.stderr).toContain('_bootstrap.net.test. TXT "omega=_roots.net.test"');
    expect(ran.stderr).toContain(`_roots.net.test. TXT "${ran.stdout.trimEnd()}"`);
    expect(ran.stderr).not.toContain('warning');
    const verified = await run({ stdin: ran.stdout }, 'omega', 'verify', '--pubkey', key, '-');
    expect(verified).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^good: 3 roots, expires 2\d+-/),
    });
  });

  test('warns of a value that DNS holds in several strings, and shows them', async () => {
    await keygen();
    const nodes = Array.from({ length: 10 }, (_, i) => `node-${i}.example.org:8080`).join(',');
    const ran = await run({}, 'omega', 'sign', '--key-file', keyFile, '--nodes', nodes);
    expect(ran.stderr).toContain('warning: the TXT value has');
    const strings = [...(/_roots\.example\.org\. TXT (.*)/.exec(ran.stderr)?.[1] ?? '').matchAll(/"([^"]*)"/g)];
    expect(strings.length).toBeGreaterThan(1);
    expect(strings.map(([, text]) => text).join('')).toBe(ran.stdout.trimEnd());
    for (const [, text = ''] of strings) expect(text.length).toBeLessThanOrEqual(255);
  });

  test.each([
    [1, 'cannot be read (ENOENT)', ['--key-file', '/nowhere/key', '--nodes', 'a:1']],
    [1, '"a" is not host:port', ['--nodes', 'a']],
    [1, 'names no node', ['--nodes', ' ']],
    [2, 'by --nodes or by --nodes-file', []],
    [2, 'by --nodes or by --nodes-file', ['--nodes', 'a:1', '--nodes-file', 'f']],
    [2, 'from 10s to ten years', ['--nodes', 'a:1', '--lifetime', '1s']],
    [2, 'from 10s to ten years', ['--nodes', 'a:1', '--lifetime', 'long']],
    [2, 'It takes a word', ['--nodes', 'a:1', '--list-version', 'a;b']],
  ])('ends with %i: %s', async (code, message, args) => {
    await keygen();
    const ran = await run({}, 'omega', 'sign', '--key-file', keyFile, ...args);
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('verify', () => {
  const key = formatPublicKey(KEYS.publicKey);
  const good = () => signedLine({ expiresS: nowS() + 600 });

  test.each([
    ['BAD_SIGNATURE', () => signedLine({ expiresS: nowS() + 600, keys: OTHER_KEYS })],
    ['EXPIRED', () => signedLine({ expiresS: nowS() - 1 })],
    ['WRONG_VERSION', () => signedLine({ expiresS: nowS() + 600, version: 'omega-v2' })],
    ['MISSING_FIELD', () => good().replace(/;sig.*/, '')],
    ['MALFORMED', () => '\u001b[2J'],
  ])('says in one line that a list is bad: %s', async (code, line) => {
    const ran = await run({}, 'omega', 'verify', '--pubkey', key, line());
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(new RegExp(`^repram-node: ${code}: [^\\n]+\\n$`));
  });

  test('takes the line, a file or stdin, and the keys of flags, files or variables', async () => {
    const file = inDirectory('list');
    await writeFile(file, `${good()}\n`);
    const keys = inDirectory('keys');
    await writeFile(keys, `# old\n${formatPublicKey(OTHER_KEYS.publicKey)}\n${key} # new\n`);
    const env = { REPRAM_OMEGA_PUBKEY: key };
    expect((await run({}, 'omega', 'verify', '--pubkey', key, good())).code).toBe(0);
    expect((await run({}, 'omega', 'verify', '--pubkey-file', keys, '--file', file)).code).toBe(0);
    expect((await run({ env, stdin: good() }, 'omega', 'verify')).code).toBe(0);
    expect((await run({ env: { REPRAM_OMEGA_PUBKEY_FILE: keys } }, 'omega', 'verify', good())).code).toBe(0);
  });

  test.each([
    ['give the key to verify by', ['line']],
    ['is not 32 bytes', ['--pubkey', 'AAAA', 'line']],
    ['is not an Ed25519 public key', ['--pubkey', Buffer.alloc(32, 0xff).toString('base64'), 'line']],
    ['not both', ['--pubkey', key, '--file', 'f', 'line']],
    ['give a line', ['--pubkey', key]],
    ['cannot read', ['--pubkey-file', '/nowhere/keys', 'line']],
  ])('is used wrongly: %s', async (message, args) => {
    expect(await run({}, 'omega', 'verify', ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
  });
});

describe('show', () => {
  const key = formatPublicKey(KEYS.publicKey);

  async function cached(line: string): Promise<void> {
    const parsed = parseRootList(line);
    if (!parsed.ok) throw new Error(parsed.code);
    await writeFile(inDirectory('root-list.json'), cacheFileOf(parsed.list));
  }

  test('shows what is cached, and whether it verifies', async () => {
    await cached(signedLine({ expiresS: nowS() + 600 }));
    const ran = await run({}, 'omega', 'show', '--cache-dir', directory, '--pubkey', key, '--json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual([
      {
        path: inDirectory('root-list.json'),
        verdict: `good, signed by ${key}`,
        expires: expect.stringMatching(/^\d{4}-.*Z$/),
        roots: ['a.test:8080', 'b.test:8080'],
      },
    ]);
    const plain = await run({ env: { REPRAM_CACHE_DIR: directory } }, 'omega', 'show');
    expect(plain.stdout).toContain('not verified: give --pubkey');
    expect(plain.stdout).toContain('root\ta.test:8080');
  });

  test.each([
    ['EXPIRED', () => signedLine({ expiresS: nowS() - 400 })],
    ['good', () => signedLine({ expiresS: nowS() - 200 })],
    ['BAD_SIGNATURE', () => signedLine({ expiresS: nowS() + 600, keys: OTHER_KEYS })],
  ])('says what a node would make of it: %s', async (verdict, line) => {
    await cached(line());
    const ran = await run({}, 'omega', 'show', '--cache-dir', directory, '--pubkey', key);
    expect(ran.stdout).toContain(`verdict\t${verdict}`);
  });

  test('shows a damaged file as such, and says where nothing is', async () => {
    const empty = await run({}, 'omega', 'show', '--cache-dir', directory);
    expect(empty).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('no root list is cached') });
    await writeFile(inDirectory('root-list.json'), '{"version":');
    expect((await run({}, 'omega', 'show', '--cache-dir', directory)).stdout).toContain('verdict\tMALFORMED');
  });
});

describe('show --url', () => {
  const status = { status: 'healthy', node_id: 'n1', network: 'public', enclave: 'default' };
  const omega = {
    state: 'valid',
    root: true,
    trusted_keys: ['KEY1', 'KEY2'],
    list: { version: 'omega-v1', expires_unix_seconds: 1_800_000_000, nodes: ['a.test:1', '[::1]:2'], key: 'KEY2' },
    last_refresh_unix_seconds: 1_799_990_000,
    last_failure: { source: 'dns net.test', code: 'NO_RECORD' },
  };
  const args = ['omega', 'show', '--url', 'http://node:1'] as const;

  test('shows what a running node trusts, and what ails it', async () => {
    const ran = await run({ answer: () => jsonAnswer({ ...status, omega }) }, ...args);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.calls).toMatchObject([{ path: '/v1/status' }]);
    expect(ran.stdout.split('\n')).toEqual([
      'node\tn1',
      'state\tvalid',
      'expires\t2027-01-15T08:00:00Z',
      'signed by\tKEY2',
      'root\ta.test:1',
      'root\t[::1]:2',
      'is a root\tyes',
      'trusts\tKEY1',
      'trusts\tKEY2',
      'refreshed\t2027-01-15T05:13:20Z',
      'failure\tdns net.test: NO_RECORD: the name that _bootstrap points to has no TXT record; publish the signed line there',
      '',
    ]);
    const json = await run({ answer: () => jsonAnswer({ ...status, omega }) }, ...args, '--json');
    expect(JSON.parse(json.stdout)).toEqual(omega);
  });

  test('shows a node that never had a list, and a failure that this version does not know', async () => {
    const bare = { state: 'none', root: false, trusted_keys: ['KEY1'], last_refresh_unix_seconds: 0 };
    const failure = { last_failure: { source: 'x', code: 'NEWER_CODE' } };
    const ran = await run({ answer: () => jsonAnswer({ ...status, omega: { ...bare, ...failure } }) }, ...args);
    expect(ran.stdout).toBe(
      'node\tn1\nstate\tnone\nis a root\tno\ntrusts\tKEY1\nrefreshed\tnever\nfailure\tx: NEWER_CODE\n',
    );
  });

  test('says that a node has no root list to show, and ends with 1', async () => {
    const ran = await run({ answer: () => jsonAnswer(status) }, ...args);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('http://node:1 finds others without a signed root list');
  });

  test.each([
    ['--cache-dir', '/c'],
    ['--pubkey', 'K'],
    ['--pubkey-file', 'f'],
  ] as const)('takes no %s beside it: a node has verified its list itself', async (...flag) => {
    const ran = await run({}, ...args, ...flag);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`--url and ${flag[0]}`) });
  });
});

describe('serve', () => {
  test('publishes over DNS and HTTP what the key has signed, until it is stopped', async () => {
    const key = await keygen();
    const world = new FakeWorld();
    const listen = ['--dns-listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
    const args = ['--domain', 'net.test', '--key-file', keyFile, '--nodes', 'a.test:1', ...listen];
    const running = world.run('omega', 'serve', ...args);
    await eventually(() => world.stdout.chunks.length > 0, 'the addresses');
    const said = Buffer.from(world.stdout.bytes()).toString();
    expect(said).toContain(`key ${key}\n`);
    const port = Number(/^dns 127\.0\.0\.1:(\d+) net\.test$/m.exec(said)?.[1]);
    const url = /^http (http:\S+)$/m.exec(said)?.[1] ?? '';
    const resolver = new DnsResolver({ servers: [{ host: '127.0.0.1', port }] });
    const overHttp = (await (await fetch(url)).text()).trim();
    expect(await resolver.txt('_bootstrap.net.test')).toEqual({ kind: 'found', records: ['omega=_roots.net.test'] });
    expect(await resolver.txt('_roots.net.test')).toEqual({ kind: 'found', records: [overHttp] });
    expect((await run({}, 'omega', 'verify', '--pubkey', key, overHttp)).code).toBe(0);
    world.signal('SIGTERM');
    expect((await running).code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  test.each([
    [1, 'cannot be read (ENOENT)', ['--key-file', '/nowhere/key', '--nodes', 'a:1', '--domain', 'net.test']],
    [2, 'required option', ['--nodes', 'a:1']],
    [2, 'It takes an IP address and a port', ['--domain', 'net.test', '--nodes', 'a:1', '--dns-listen', 'localhost:1']],
    [2, 'It takes an IP address and a port', ['--domain', 'net.test', '--nodes', 'a:1', '--dns-listen', '::1:53']],
    [2, 'It takes a domain name', ['--domain', 'a b', '--nodes', 'a:1']],
  ])('ends with %i: %s', async (code, message, args) => {
    const ran = await run({}, 'omega', 'serve', ...args);
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('a port that is taken ends it with 69', async () => {
    await keygen();
    const taken = await import('node:http').then(({ createServer }) => createServer().listen(0, '127.0.0.1'));
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const args = ['--domain', 'net.test', '--key-file', keyFile, '--nodes', 'a:1', '--dns-listen', '127.0.0.1:0'];
    const ran = await run({}, 'omega', 'serve', ...args, '--http-listen', `127.0.0.1:${port}`);
    expect(ran).toMatchObject({ code: 69, stderr: expect.stringContaining(`cannot bind 127.0.0.1:${port}`) });
    taken.close();
  });
});

test('omega without a command, or with one that is none, is wrong usage', async () => {
  expect((await run({}, 'omega')).code).toBe(2);
  expect(await run({}, 'omega', 'sgin')).toMatchObject({ code: 2, stderr: expect.stringContaining('sign') });
});
