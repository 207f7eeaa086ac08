import { describe, expect, test } from 'vitest';
import { printConfig, printConfigJson } from '../../../../src/node/config/print.js';
import { configOf, type GivenInput, problemsOf, resolve } from './input.js';

const files = { '/s': 'hunter2\n', '/two': 'hunter2\n\n', '/crlf': 'hunter2\r\n', '/empty': '', '/newline': '\n' };

describe('the cluster secret', () => {
  test.each([
    ['/s', 'hunter2'],
    ['/two', 'hunter2\n'],
    ['/crlf', 'hunter2'],
  ])('read from %s loses one newline and nothing else', (path, secret) => {
    expect(configOf({ env: { REPRAM_CLUSTER_SECRET_FILE: path }, files }).clusterSecrets).toEqual([secret]);
  });

  test('comes from a file named by flag or configuration file, and says so', () => {
    const flag = resolve({
      flags: { 'cluster-secret-file': '/s' },
      env: { REPRAM_CLUSTER_SECRET_FILE: '/gone' },
      files,
    });
    expect(flag).toMatchObject({
      ok: true,
      config: { clusterSecrets: ['hunter2'] },
      origins: { clusterSecret: { name: '--cluster-secret-file' } },
    });
    const toml = { ...files, 'f.toml': 'cluster_secret_file = "/s"' };
    expect(configOf({ flags: { config: 'f.toml' }, files: toml }).clusterSecrets).toEqual(['hunter2']);
  });

  const refused: readonly (readonly [string, GivenInput, string])[] = [
    [
      'empty variable',
      { env: { REPRAM_CLUSTER_SECRET: '' } },
      'REPRAM_CLUSTER_SECRET: this value is not allowed: it is empty',
    ],
    ['empty name of a file', { env: { REPRAM_CLUSTER_SECRET_FILE: '' } }, 'REPRAM_CLUSTER_SECRET_FILE'],
    ['empty file', { env: { REPRAM_CLUSTER_SECRET_FILE: '/empty' } }, 'holds no secret'],
    ['file with a newline only', { env: { REPRAM_CLUSTER_SECRET_FILE: '/newline' } }, 'holds no secret'],
    ['missing file', { env: { REPRAM_CLUSTER_SECRET_FILE: '/gone' } }, 'cannot read "/gone"'],
    [
      'variable and file',
      { env: { REPRAM_CLUSTER_SECRET: 'hunter2', REPRAM_CLUSTER_SECRET_FILE: '/s' } },
      'both give the cluster secret',
    ],
    [
      'variable and flag',
      { env: { REPRAM_CLUSTER_SECRET: 'hunter2' }, flags: { 'cluster-secret-file': '/s' } },
      'both give',
    ],
    ['flag', { flags: { 'cluster-secret': 'hunter2' } }, 'every user of the machine can read the flags'],
    ['flag without a value', { flags: { 'cluster-secret': true } }, 'REPRAM_CLUSTER_SECRET_FILE'],
    ['key in the file', { flags: { config: 'f.toml' } }, 'cluster_secret_file'],
  ];

  test.each(refused)('%s is refused without showing the secret', (_, input, message) => {
    const problems = problemsOf({ files: { ...files, 'f.toml': 'cluster_secret = "hunter2"' }, ...input });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).not.toContain('hunter2');
  });

  test('is redacted wherever the configuration is printed', () => {
    const result = resolve({ env: { REPRAM_CLUSTER_SECRET: 'hunter2' } });
    if (!result.ok) throw new Error('must resolve');
    const printed =
      JSON.stringify(printConfig(result.config, result.origins)) + printConfigJson(result.config, result.origins);
    expect(printed).not.toContain('hunter2');
    expect(JSON.parse(printConfigJson(result.config, result.origins)).cluster_secret).toEqual({
      value: '(secret)',
      source: 'REPRAM_CLUSTER_SECRET',
    });
  });
});

describe('further secrets', () => {
  const rotation = { ...files, '/new': 'n,e\nw\n', '/third': 'third', '/same': 'hunter2' };
  const first = { REPRAM_CLUSTER_SECRET: 'hunter2' };

  test('come after the one that signs, from the variable and from files in their order', () => {
    const input = {
      env: { ...first, REPRAM_ALSO_ACCEPT_SECRET: 'a, b\n' },
      flags: { 'also-accept-secret-file': '/new,/third' },
      files: rotation,
    };
    expect(configOf(input).clusterSecrets).toEqual(['hunter2', 'a, b\n', 'n,e\nw', 'third']);
  });

  test('come from a list in the configuration file', () => {
    const toml = 'cluster_secret_file = "/s"\nalso_accept_secret_file = ["/new", "/third"]';
    const config = configOf({ flags: { config: 'f.toml' }, files: { ...rotation, 'f.toml': toml } });
    expect(config.clusterSecrets).toEqual(['hunter2', 'n,e\nw', 'third']);
  });

  test('are shown by their number and where they came from, and nothing else of them', () => {
    const result = resolve({
      env: { ...first, REPRAM_ALSO_ACCEPT_SECRET: 'geheim' },
      flags: { 'also-accept-secret-file': '/new' },
      files: rotation,
    });
    if (!result.ok) throw new Error('must resolve');
    const json = printConfigJson(result.config, result.origins);
    expect(JSON.parse(json)).toMatchObject({
      cluster_secret: { value: '(secret)', source: 'REPRAM_CLUSTER_SECRET' },
      also_accept_secret: {
        value: '(secret),(secret)',
        source: 'REPRAM_ALSO_ACCEPT_SECRET, --also-accept-secret-file',
      },
    });
    expect(json + JSON.stringify(printConfig(result.config, result.origins))).not.toMatch(/hunter2|geheim|n,e/);
  });

  const refused: readonly (readonly [string, GivenInput, string])[] = [
    ['empty variable', { env: { ...first, REPRAM_ALSO_ACCEPT_SECRET: '' } }, 'REPRAM_ALSO_ACCEPT_SECRET: this value'],
    [
      'empty list of files',
      { env: { ...first, REPRAM_ALSO_ACCEPT_SECRET_FILE: ' , ' } },
      'REPRAM_ALSO_ACCEPT_SECRET_FILE',
    ],
    ['empty file', { env: first, flags: { 'also-accept-secret-file': '/empty' } }, '"/empty" holds no secret'],
    ['missing file', { env: first, flags: { 'also-accept-secret-file': '/gone' } }, 'cannot read "/gone"'],
    [
      'secret that signs already',
      { env: first, flags: { 'also-accept-secret-file': '/same' } },
      'REPRAM_CLUSTER_SECRET and --also-accept-secret-file ("/same") give the same secret',
    ],
    ['file named twice', { env: first, flags: { 'also-accept-secret-file': '/third,/third' } }, 'give the same secret'],
    ['secret without a first', { env: { REPRAM_ALSO_ACCEPT_SECRET: 'hunter2' } }, 'there is none to sign with'],
    ['flag', { env: first, flags: { 'also-accept-secret': 'hunter2' } }, 'use REPRAM_ALSO_ACCEPT_SECRET, '],
    ['key in the file', { env: first, flags: { config: 'f.toml' } }, 'also_accept_secret_file'],
  ];

  test.each(refused)('%s is refused without showing a secret', (_, input, message) => {
    const problems = problemsOf({ files: { ...rotation, 'f.toml': 'also_accept_secret = "hunter2"' }, ...input });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
    expect(problems[0]).not.toMatch(/hunter2|third(?!")/);
  });

  test('are eight at most, with the first', () => {
    const paths = Array.from({ length: 8 }, (_, i) => `/${i}`);
    const many = Object.fromEntries(paths.map((path) => [path, `secret of ${path}`]));
    const given = (count: number) => {
      return { env: first, flags: { 'also-accept-secret-file': paths.slice(0, count).join() }, files: many };
    };
    expect(configOf(given(7)).clusterSecrets).toHaveLength(8);
    expect(problemsOf(given(8))).toEqual([
      '9 secrets are given (REPRAM_CLUSTER_SECRET, --also-accept-secret-file); a node takes at most 8',
    ]);
  });
});
