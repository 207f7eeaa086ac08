import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { beforeAll, describe, expect, it, onTestFailed } from 'vitest';

/** For one command; then it is ended by SIGTERM, and its workers with it. */
const TIMEOUT_MS = 30_000;
const SCENARIO = ['--scenario', 'clean-start-3'];
const SERIES = [...SCENARIO, '--from-seed', '7', '--runs', '2', '--workers', '1'];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Circumstances {
  /** JavaScript that every process begins with, by way of the environment. */
  readonly hook?: string;
  readonly nodeOptions?: readonly string[];
}

/** Runs the command line as `npm run sim` does. */
function sim(args: readonly string[], { hook, nodeOptions = [] }: Circumstances = {}): Promise<Ended> {
  const loader = `--import data:text/javascript,${encodeURIComponent(hook ?? '')}`;
  const env = { ...process.env, ...(hook === undefined ? {} : { NODE_OPTIONS: loader }) };
  const command = [...nodeOptions, 'scripts/run-tool.mjs', 'sim', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Does something in a worker that is sent seed 7. It listens only once the worker does: a message is given out once. */
function atSeed7(statement: string): string {
  return `if (process.send) process.on('newListener', function listen(event) {
    if (event !== 'message') return;
    process.off('newListener', listen);
    process.on('message', ({ seed }) => { if (seed === 7) { ${statement} } });
  });`;
}

/** Every run fails, so that every run prints something. */
const FAILING = `--import data:text/javascript,${encodeURIComponent("if (process.send) process.once('newListener', () => process.exit(3));")}`;

describe('npm run sim', { timeout: 2 * TIMEOUT_MS }, () => {
  beforeAll(async () => {
    const { code, stderr } = await sim(['--list']);
    if (code !== 0) throw new Error(stderr);
  }, 2 * TIMEOUT_MS);

  it('prints the same digest for the same seed in two processes, and another for another seed', async () => {
    const digests = [];
    for (const seed of ['5', '5', '6']) digests.push((await sim([...SCENARIO, '--seed', seed, '--digest'])).stdout);
    expect(digests[0]).toMatch(/^[0-9a-f]{64}\n$/);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('plays the same run in a worker as in its own process', async () => {
    const alone = await sim([...SCENARIO, '--seed', '7', '--json']);
    const { slowest } = JSON.parse((await sim([...SCENARIO, '--from-seed', '7', '--runs', '1', '--json'])).stdout);
    expect(slowest.digest).toBe(JSON.parse(alone.stdout).digest);
  });

  it.each([
    ['dies', "process.kill(process.pid, 'SIGKILL')", 'the process of a run lives to its end: SIGKILL'],
    ['ends itself', 'process.exit(3)', 'the process of a run lives to its end: exit code 3'],
    [
      'throws where nobody catches',
      "setImmediate(() => { throw new Error('lost') })",
      'nothing escapes from a run: Error: lost',
    ],
    [
      'is left with nothing to do',
      'globalThis.setImmediate = () => undefined',
      'nothing escapes from a run: Error: the run waits for something that can no longer happen',
    ],
    [
      'rejects where nobody handles',
      "void Promise.reject(new Error('lost'))",
      'nothing escapes from a run: Error: lost',
    ],
  ])('reports a worker that %s with its seed, and plays the next one', async (_, statement, said) => {
    const { code, stdout } = await sim(SERIES, { hook: atSeed7(statement) });
    expect(code).toBe(1);
    expect(stdout).toContain(said);
    expect(stdout).toContain('npm run sim -- --scenario clean-start-3 --seed 7\n');
    expect(stdout).toContain('2 runs, 1 failed');
  });

  it('gives the options of its own process for Node.js to its workers', async () => {
    const hook = encodeURIComponent(atSeed7('process.exit(3)'));
    const { stdout } = await sim(SERIES, { nodeOptions: [`--import=data:text/javascript,${hook}`] });
    expect(stdout).toContain('the process of a run lives to its end: exit code 3');
  });

  it('reports what escapes from a run that is shown, with its seed', async () => {
    // The run begins where the command line begins to listen for what escapes.
    const hook = `process.on('newListener', (event) => {
      if (event === 'unhandledRejection') setImmediate(() => Promise.reject(new Error('lost')));
    });`;
    const { code, stdout } = await sim([...SCENARIO, '--seed', '7'], { hook });
    expect(code).toBe(1);
    expect(stdout).toContain('✗ nothing escapes from a run: Error: lost');
    expect(stdout).toContain('again: npm run sim -- --scenario clean-start-3 --seed 7');
  });

  it('ends with exit code 2 and what is allowed where it does not understand', async () => {
    expect(await sim(['--scenario', 'nope'])).toMatchObject({ code: 2, stdout: '' });
  });

  it.each(['sim', 'soak'])(
    'of %s ends, workers and all, with a shell that a signal ends without passing it on',
    async (name) => {
      const args = name === 'soak' ? 'soak' : '--runs 100000';
      // The second command keeps the shell from becoming the first.
      const shell = spawn('sh', ['-c', `"${process.execPath}" scripts/run-tool.mjs sim ${args}; :`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(shell.stdout, 'data');
      // Every process but the workers writes to this pipe: it closes when the last one has ended.
      const closed = once(shell, 'close');
      shell.kill('SIGTERM');
      await closed;
      expect(shell.signalCode).toBe('SIGTERM');
    },
  );

  it('leaves no worker behind that is in a loop without end when it is killed', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const loop = `const socket = process.getBuiltinModule('node:net').connect(${port}, '127.0.0.1');
      socket.write(process.ppid + ' ' + process.pid, () => { for (;;); });`;
    const series = sim([...SCENARIO, '--from-seed', '7', '--runs', '10000', '--workers', '1'], { hook: atSeed7(loop) });
    const [worker] = (await once(server, 'connection')) as [Socket];
    const [pids] = await once(worker, 'data');
    const [simulator, looping] = String(pids).split(' ').map(Number);
    onTestFailed(() => void process.kill(Number(looping), 'SIGKILL'));
    const ended = new Promise((resolve) => worker.on('error', () => undefined).on('close', resolve));
    process.kill(Number(simulator), 'SIGKILL');
    await ended;
    server.close();
    expect((await series).code).toBe(137);
  });

  it('says that a run took longer than it may, with its seed, though it is in a loop without end', async () => {
    // The run begins where the command line begins to listen for what escapes; the process that watches it does not listen.
    const hook = `process.on('newListener', (event) => { if (event === 'unhandledRejection') for (;;); });`;
    const { code, stdout } = await sim(['--seed=7', ...SCENARIO, '--run-timeout', '1'], { hook });
    expect(stdout).toContain('✗ a run ends: not within 1 s of real time');
    expect(stdout).toContain('npm run sim -- --scenario clean-start-3 --seed 7\n');
    expect(code).toBe(1);
  });

  it('plays the same run with a limit as without', async () => {
    const run = [...SCENARIO, '--seed', '7', '--digest'];
    expect(await sim([...run, '--run-timeout=60'])).toEqual(await sim(run));
  });

  it('fails where whoever reads ends before all is judged, and says so', async () => {
    const args = ['scripts/run-tool.mjs', 'sim', ...SCENARIO, '--runs', '100000'];
    const series = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: FAILING },
    });
    let said = '';
    series.stderr.on('data', (text) => {
      said += text;
    });
    await once(series.stdout, 'data');
    series.stdout.destroy();
    expect(await once(series, 'close')).toEqual([1, null]);
    expect(said).toContain('nothing is claimed');
  });

  it.each(['soak', 'ci'])(
    'names the help of sim:%s where its options are not understood, and prints it',
    async (name) => {
      expect((await sim([name, '--nope'])).stderr).toContain(`See npm run sim:${name} -- --help.`);
      expect(await sim([name, '--help'])).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Usage: npm run sim'),
      });
    },
  );
});
