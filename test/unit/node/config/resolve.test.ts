import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../../src/node/config/resolve.js';
import { configOf, problemsOf, resolve } from './input.js';

describe('precedence', () => {
  const flags = { 'http-port': '1', config: 'f.toml' };
  const env = { REPRAM_HTTP_PORT: '2', REPRAM_GOSSIP_PORT: '3' };
  const files = { 'f.toml': 'http_port = 4\ngossip_port = 5\nreplication = 6\n' };

  test('is flag, variable, file, default, each named as the origin', () => {
    const result = resolve({ flags, env, files });
    expect(result).toMatchObject({
      ok: true,
      config: { httpPort: 1, gossipPort: 3, replication: 6, maxChildren: 100 },
      origins: {
        httpPort: { kind: 'flag', name: '--http-port' },
        gossipPort: { kind: 'environment', name: 'REPRAM_GOSSIP_PORT' },
        replication: { kind: 'file', name: 'f.toml:replication' },
        maxChildren: { kind: 'default', name: 'default' },
      },
    });
  });

  test('of the file: --config before REPRAM_CONFIG', () => {
    const both = { 'a.toml': 'replication = 1', 'b.toml': 'replication = 2' };
    expect(configOf({ flags: { config: 'a.toml' }, env: { REPRAM_CONFIG: 'b.toml' }, files: both }).replication).toBe(
      1,
    );
    expect(configOf({ env: { REPRAM_CONFIG: 'b.toml' }, files: both }).replication).toBe(2);
  });

  test('a switch that stands alone means true', () => {
    expect(configOf({ flags: { 'trust-proxy': true }, env: { REPRAM_TRUST_PROXY: 'false' } }).trustProxy).toBe(true);
    expect(configOf({ flags: { 'trust-proxy': false }, env: { REPRAM_TRUST_PROXY: 'true' } }).trustProxy).toBe(false);
  });

  test('an empty variable leaves the choice to the file', () => {
    const file = { flags: { config: 'f.toml' }, files };
    expect(configOf({ ...file, env: { REPRAM_REPLICATION: '' } }).replication).toBe(6);
  });
});

describe('defaults', () => {
  test('are those of the wire document and the design', () => {
    expect(configOf({})).toEqual({
      nodeId: undefined,
      address: 'localhost',
      enclave: 'default',
      omegaDomain: undefined,
      omegaResolvers: undefined,
      omegaUrl: undefined,
      omegaFile: undefined,
      omegaList: undefined,
      omegaPublicKeys: [],
      omegaPublicKeyFile: undefined,
      network: 'public',
      httpPort: 8080,
      gossipPort: 9090,
      host: undefined,
      peers: [],
      inbound: 'auto',
      maxChildren: 100,
      replication: 3,
      minTtlSeconds: 300,
      maxTtlSeconds: 86_400,
      writeTimeoutMs: 5000,
      maxStorageBytes: 0,
      repairBandwidth: 8 * 1024 * 1024,
      profile: 'lan',
      pingIntervalMs: 1000,
      pingTimeoutMs: 500,
      syncIntervalMs: 30_000,
      recoveryIntervalMs: 30_000,
      clusterSecrets: [],
      maxMessageAgeMs: 300_000,
      rateLimit: 100,
      trustProxy: false,
      logLevel: 'info',
      logFormat: 'auto',
      cacheDir: undefined,
      drainTimeoutMs: 10_000,
    });
    expect(defaultConfig()).toEqual(configOf({}));
  });
});

describe('problems', () => {
  test('are all reported at once, whichever source they come from', () => {
    const problems = problemsOf({
      flags: { 'http-port': 'x', config: 'f.toml' },
      env: { REPRAM_NETWORK: 'x' },
      files: { 'f.toml': 'replication = 0\nnonsense = 1\n' },
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'f.toml',
      'REPRAM_NETWORK',
      '--http-port',
      'f.toml',
    ]);
  });
});

describe('checks between options', () => {
  test('a maximum TTL below the default minimum is refused, naming both and where they come from', () => {
    expect(problemsOf({ env: { REPRAM_MAX_TTL: '100' } })).toEqual([
      'min-ttl 300 (default) must not be above max-ttl 100 (REPRAM_MAX_TTL)',
    ]);
  });

  test('equal minimum and maximum TTL are fine', () => {
    expect(problemsOf({ env: { REPRAM_MIN_TTL: '60', REPRAM_MAX_TTL: '60' } })).toEqual([]);
  });

  test('a ping timeout above the ping interval is refused', () => {
    expect(problemsOf({ flags: { 'ping-timeout': '1500ms' } })).toEqual([
      'ping-timeout 1500ms (--ping-timeout) must not be above ping-interval 1s (profile lan)',
    ]);
    expect(problemsOf({ flags: { 'ping-interval': '200ms', 'ping-timeout': '300ms' } })).toEqual([
      'ping-timeout 300ms (--ping-timeout) must not be above ping-interval 200ms (--ping-interval)',
    ]);
  });

  test('an option that is wrong in itself is not compared as well', () => {
    expect(problemsOf({ env: { REPRAM_MIN_TTL: 'x', REPRAM_MAX_TTL: '100' } })).toHaveLength(1);
  });
});

describe('warnings', () => {
  const warningsOf = (env: Record<string, string>): readonly string[] => resolve({ env }).warnings;

  test.each([
    ['REPRAM_HTPP_PORT', 'REPRAM_HTTP_PORT'],
    ['REPRAM_PORT', 'REPRAM_HTTP_PORT or REPRAM_GOSSIP_PORT'],
    ['REPRAM_PEER', 'REPRAM_PEERS'],
    ['REPRAM_MAX_STORAGE', 'REPRAM_MAX_STORAGE_MB'],
    ['REPRAM_SECRET', 'REPRAM_CLUSTER_SECRET or REPRAM_CLUSTER_SECRET_FILE or REPRAM_ALSO_ACCEPT_SECRET'],
  ])('the unknown variable %s is answered with a suggestion', (name, suggestion) => {
    expect(warningsOf({ [name]: 'x' })).toEqual([
      `${name} is not a variable of this node and has no effect; did you mean ${suggestion}?`,
    ]);
  });

  test('an unknown variable like nothing we have gets no suggestion, and its value is not shown', () => {
    expect(warningsOf({ REPRAM_ZZZZZZ: 'hunter2' })).toEqual([
      'REPRAM_ZZZZZZ is not a variable of this node and has no effect',
    ]);
  });

  test('come with problems too', () => {
    const result = resolve({ env: { REPRAM_HTPP_PORT: '1', REPRAM_HTTP_PORT: 'x' } });
    expect([result.ok, result.warnings.length]).toEqual([false, 1]);
  });

  test('REPRAM_URL, REPRAM_CONFIG and variables of others are none of our business', () => {
    const files = { 'f.toml': '' };
    expect(
      resolve({ env: { REPRAM_URL: 'x', REPRAM_CONFIG: 'f.toml', PATH: '/', REPRAMX: '1' }, files }).warnings,
    ).toEqual([]);
  });

  test.each([
    ['localhost', 1],
    ['127.0.0.1', 1],
    ['[::1]', 1],
    ['10.0.0.2', 0],
  ])('a node that tells remote peers to dial it at %s is warned about %i times', (address, count) => {
    expect(warningsOf({ REPRAM_ADDRESS: address, REPRAM_PEERS: '10.0.0.1:8080' })).toHaveLength(count);
  });

  test('a cluster on loopback is not warned about', () => {
    expect(warningsOf({ REPRAM_PEERS: 'localhost:8081,127.0.0.1:8082,[::1]:8083' })).toEqual([]);
  });
});
