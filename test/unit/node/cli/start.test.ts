import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RepramError } from '../../../../src/gossip/error.js';
import type { StoppableNode } from '../../../../src/node/cli/io.js';
import type { NodeConfig } from '../../../../src/node/config/node-config.js';
import { FakeWorld, run } from './harness.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'repram-start-'));
});
afterAll(() => rm(directory, { recursive: true }));
afterEach(() => void vi.useRealTimers());

/** A promise that is settled from outside. */
class Deferred {
  resolve: () => void = () => undefined;
  reject: (error: Error) => void = () => undefined;
  readonly promise: Promise<void> = new Promise((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
}

/** Starts, gives the configuration away, and is stopped at once. */
async function configStartedWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<NodeConfig> {
  let started: NodeConfig | undefined;
  const world = new FakeWorld({
    env,
    startNode: async (config) => {
      started = config;
      queueMicrotask(() => world.signal('SIGTERM'));
      return { stop: () => Promise.resolve() };
    },
  });
  const ran = await world.run(...args);
  if (started === undefined) throw new Error(ran.stderr);
  return started;
}

test('a node that should not run is stopped, and ends with its reason', async () => {
  let stops = 0;
  const refused = Promise.resolve(new RepramError('NO_ROOT_LIST', 'EXPIRED: the cached root list expired'));
  const stop = async (): Promise<void> => void stops++;
  const ran = await run({ startNode: async () => ({ refused, stop }) });
  expect([ran.code, stops]).toEqual([69, 1]);
  expect(ran.stderr).toContain('EXPIRED: the cached root list expired');
});

describe('flags', () => {
  test('start a node with or without naming the command', async () => {
    for (const command of [[], ['start']]) {
      expect(await configStartedWith({}, ...command, '--http-port', '0')).toMatchObject({ httpPort: 0 });
    }
  });

  test.each([
    [['--trust-proxy'], true],
    [['--trust-proxy', 'true'], true],
    [['--trust-proxy', 'false'], false],
    [['--trust-proxy=no'], false],
    [['--no-trust-proxy'], false],
    [['--trust-proxy', '--http-port', '0'], true],
  ])('%j set a boolean to %j over the environment', async (args, expected) => {
    const env = { REPRAM_TRUST_PROXY: String(!expected) };
    expect((await configStartedWith(env, ...args)).trustProxy).toBe(expected);
  });

  test('a list flag that is repeated adds up', async () => {
    const { peers } = await configStartedWith({}, '--peers', 'localhost:1,[::1]:2', '--peers', '127.0.0.1:3');
    expect(peers.map(({ port }) => port)).toEqual([1, 2, 3]);
  });

  test('--config and --cluster-secret-file read real files', async () => {
    const [config, secret] = [join(directory, 'r.toml'), join(directory, 'secret')];
    await writeFile(config, 'replication = 5\n');
    await writeFile(secret, 's3cret\n');
    const started = await configStartedWith({}, '--config', config, '--cluster-secret-file', secret);
    expect(started).toMatchObject({ replication: 5, clusterSecrets: ['s3cret'] });
  });
});

describe('a bad configuration', () => {
  test('ends with 78 and every problem, starting nothing', async () => {
    const ran = await run(
      { env: { REPRAM_NETWORK: 'x', REPRAM_HTPP_PORT: '1' } },
      '--http-port',
      'x',
      '--cluster-secret=hunter2',
    );
    expect(ran).toMatchObject({ code: 78, stdout: '' });
    expect(ran.stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('warning: REPRAM_HTPP_PORT'),
      expect.stringContaining('--cluster-secret: a secret cannot be given as a flag'),
      expect.stringContaining('REPRAM_NETWORK: "x"'),
      expect.stringContaining('--http-port: "x"'),
    ]);
    expect(ran.stderr).not.toContain('hunter2');
  });
});

describe('--print-config', () => {
  test('prints values with their origin and starts nothing', async () => {
    const ran = await run({ env: { REPRAM_WRITE_TIMEOUT: '2' } }, '--print-config', '--http-port', '0');
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(ran.stdout).toContain('http-port\t0\t--http-port\n');
    expect(ran.stdout).toContain('write-timeout\t2s\tREPRAM_WRITE_TIMEOUT\n');
    expect(ran.stdout).toContain('enclave\tdefault\tdefault\n');
  });

  test('is a table on a terminal and an object with --json', async () => {
    expect((await run({ tty: true }, '--print-config')).stdout).toMatch(/^OPTION +VALUE +SOURCE\n/);
    const json = JSON.parse((await run({}, 'start', '--print-config', '--json', '--peers', 'localhost:1')).stdout);
    expect(json).toMatchObject({
      http_port: { value: 8080, source: 'default' },
      peers: { value: 'localhost:1', source: '--peers' },
      trust_proxy: { value: false, source: 'default' },
      ping_timeout: { value: '500ms', source: 'profile lan' },
      node_id: { value: null, source: 'default' },
    });
  });

  test('does not show the secret', async () => {
    const { stdout } = await run({ env: { REPRAM_CLUSTER_SECRET: 'hunter2' } }, '--print-config');
    expect(stdout).toContain('cluster-secret\t(secret)\tREPRAM_CLUSTER_SECRET\n');
    expect(stdout).not.toContain('hunter2');
  });
});

describe('a node that fails to start', () => {
  test.each([
    [new RepramError('CANNOT_BIND', 'port 8080 is taken'), 69, 'repram-node: port 8080 is taken\n'],
    [new TypeError('oops\u001b'), 1, 'repram-node: internal error: TypeError: oops\\x1b\n'],
    ['a string', 1, 'repram-node: internal error: a string\n'],
  ])('with %s ends with %i and one line', async (error, code, stderr) => {
    expect(await run({ startNode: () => Promise.reject(error) })).toMatchObject({ code, stderr, stdout: '' });
  });
});

describe('signals', () => {
  interface Running {
    readonly world: FakeWorld;
    readonly ended: Promise<{ code: number; stderr: string }>;
    readonly stopping: Promise<void>;
    readonly finishStop: (error?: Error) => void;
  }

  async function startRunning(): Promise<Running> {
    const [started, stopping, stopped] = [new Deferred(), new Deferred(), new Deferred()];
    const node: StoppableNode = {
      stop: () => {
        stopping.resolve();
        return stopped.promise;
      },
    };
    const world = new FakeWorld({
      startNode: async () => {
        started.resolve();
        return node;
      },
    });
    const ended = world.run('--drain-timeout', '3s');
    await started.promise;
    const finishStop = (error?: Error): void => (error === undefined ? stopped.resolve() : stopped.reject(error));
    return { world, ended, stopping: stopping.promise, finishStop };
  }

  test.each(['SIGTERM', 'SIGINT'] as const)('the first %s drains and ends with 0', async (signal) => {
    const { world, ended, stopping, finishStop } = await startRunning();
    world.signal(signal);
    await stopping;
    expect(world.exits).toEqual([]);
    finishStop();
    expect(await ended).toMatchObject({ code: 0 });
  });

  test.each([
    ['SIGTERM', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
    ['SIGINT', 'SIGINT', 130],
  ] as const)('%s and then %s ends at once with %i', async (first, second, code) => {
    const { world, ended, stopping, finishStop } = await startRunning();
    world.signal(first);
    await stopping;
    world.signal(second);
    expect(world.exits).toEqual([code]);
    finishStop();
    await ended;
  });

  test('a signal while the node is still starting stops it once it has started', async () => {
    const stop = vi.fn(() => Promise.resolve());
    const world = new FakeWorld({
      startNode: async () => {
        world.signal('SIGTERM');
        await Promise.resolve();
        return { stop };
      },
    });
    expect(await world.run()).toMatchObject({ code: 0 });
    expect(stop).toHaveBeenCalledOnce();
  });

  test('a stop that fails ends with 1', async () => {
    const { world, ended, finishStop } = await startRunning();
    world.signal('SIGTERM');
    finishStop(new Error('stuck'));
    expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('stuck') });
  });

  test('a stop that hangs does not keep the process beyond the drain timeout and a grace', async () => {
    vi.useFakeTimers();
    const { world, ended, stopping, finishStop } = await startRunning();
    world.signal('SIGTERM');
    await stopping;
    vi.advanceTimersByTime(4999);
    expect(world.exits).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(world.exits).toEqual([1]);
    finishStop();
    await ended;
  });
});
