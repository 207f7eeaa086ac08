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
