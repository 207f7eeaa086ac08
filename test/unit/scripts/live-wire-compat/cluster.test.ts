import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Report } from '../../../../scripts/live-wire-compat/report.js';
import { type Compiled, compileRunner } from './compiled.js';
import type { Fault } from './faults.js';
import { type Ended, processesNaming, runProgram } from './program.js';

let compiled: Compiled;

beforeAll(async () => {
  compiled = await compileRunner();
}, 30_000);

afterAll(() => compiled.remove());

interface ClusterRun {
  readonly ended: Ended;
  readonly report: Report;
}

/** What needs no second of its own. The others are run against the real node. */
const QUICK = [
  'complete',
  'write-each',
  'values',
  'keys',
  'head',
  'listing',
  'same-second',
  'enclave-apart',
  'secret-shared',
].map((rule) => `cluster.*${rule}*`);

let runs = 0;

async function runCluster(
  only: readonly string[],
  faults: readonly Fault[],
  flags: readonly string[] = [],
): Promise<ClusterRun> {
  runs += 1;
  const file = join(compiled.folder, `report-${runs}.json`);
  const patterns = only.flatMap((pattern) => ['--only', pattern]);
  const bounds = ['--eviction-timeout', '2', '--topology-timeout', '5', '--idle-seconds', '1'];
  const args = ['--spawn', `node ${compiled.fakeNode}`, ...patterns, ...bounds, '--report', file, ...flags];
  const ended = await runProgram(compiled.runner, args, { env: { FAKE_FAULTS: faults.join(',') } });
  return { ended, report: JSON.parse(await readFile(file, 'utf8')) as Report };
}

function statuses({ targets }: Report): Record<string, string> {
  return Object.fromEntries(targets.flatMap(({ checks }) => checks.map(({ id, status }) => [id, status])));
}

/** A killed process takes a moment to be gone. */
async function untilNoneIsLeft(): Promise<void> {
  await vi.waitFor(() => expect(processesNaming(compiled.fakeNode)).toEqual([]), { timeout: 2000, interval: 20 });
}

describe.concurrent('a cluster', () => {
  test('that keeps the rules conforms, exit 0', { timeout: 40_000 }, async () => {
    const { ended, report } = await runCluster([...QUICK, 'crash.'], [], ['--strict']);
    expect(ended.stdout).not.toContain('✗');
    expect(ended.code).toBe(0);
    expect(report).toMatchObject({ schema: 'repram-wire-compat/1', ok: true, strict: true, summary: { failed: 0 } });
    expect(statuses(report)).toMatchObject({ 'cluster.overwrite-same-second': 'passed', 'crash.rejoined': 'passed' });
  });

  test('that never evicts fails under strict, exit 1', { timeout: 20_000 }, async () => {
    const { ended, report } = await runCluster(['crash.evicted'], ['evicts-never'], ['--strict']);
    expect(statuses(report)).toEqual({ 'crash.evicted': 'failed' });
    expect(report.ok).toBe(false);
    expect(ended.code).toBe(1);
  });

  test.each([
    ['ignores-enclaves', 'cluster.enclave-apart'],
    ['mangles-binary', 'cluster.values'],
    ['takes-any-signature', 'cluster.secret-wrong'],
    ['keeps-first-of-second', 'cluster.overwrite-same-second'],
  ] as const)('that %s fails %s without strict too', { timeout: 20_000 }, async (fault, check) => {
    const { ended, report } = await runCluster([check], [fault]);
    expect(statuses(report)).toEqual({ [check]: 'failed' });
    expect(ended.code).toBe(1);
  });
});

/** By rule of the tree, a fault that breaks it. */
const TREE_FAULTS: readonly (readonly [Fault, string])[] = [
  ['takes-any-number-of-children', 'parent.no-room-at-all'],
  ['keeps-places', 'parent.full'],
  ['names-no-alternatives', 'parent.shutdown'],
  ['leaves-silently', 'parent.shutdown'],
  ['loses-last-words', 'parent.shutdown-writes'],
  ['reorders-its-hello', 'transient.hello'],
  ['counts-any-acks', 'transient.no-quorum'],
  ['sends-down-up', 'transient.takes-writes'],
  ['closes-before-it-moves', 'transient.moves'],
  ['ignores-goodbyes', 'transient.redirected'],
  ['forgets-unacknowledged', 'transient.cut'],
  ['never-returns', 'transient.returns'],
  ['attaches-to-itself', 'transient.not-itself'],
  ['signs-no-frames', 'transient.signed-typescript'],
  ['verifies-printed-only', 'transient.signed-go'],
  ['trusts-impostors', 'transient.impostor'],
  ['never-attaches', 'transient.writes'],
  ['forgets-its-children', 'tree.writes-down'],
];

describe.concurrent('a tree', () => {
  test('that keeps the rules conforms', { timeout: 180_000 }, async () => {
    const { ended, report } = await runCluster(['parent.', 'transient.', 'tree.writes', 'tree.not'], [], ['--strict']);
    expect(ended.stdout).not.toContain('✗');
    expect(report.summary).toMatchObject({ failed: 0, info: 0, skipped: 0 });
    expect(ended.code).toBe(0);
  });

  test.each(TREE_FAULTS)('that %s fails %s under strict', { timeout: 60_000 }, async (fault, check) => {
    const { report } = await runCluster([check], [fault], ['--strict']);
    expect(statuses(report)).toMatchObject({ [check]: 'failed' });
  });

  test('is not asked of foreign nodes that have none', { timeout: 60_000 }, async () => {
    const { ended, report } = await runCluster(['transient.hello', 'tree.writes-up'], ['never-attaches']);
    expect(statuses(report)).toEqual({ 'transient.hello': 'skipped', 'tree.writes-up': 'skipped' });
    expect(ended.stdout).toContain('attaches to nobody');
    expect(ended.code).toBe(0);
  });

  test('whose transient is known not to come back is a note for foreign nodes', { timeout: 60_000 }, async () => {
    const { report } = await runCluster(['transient.returns'], ['never-returns']);
    expect(statuses(report)).toEqual({ 'transient.returns': 'info' });
  });
});

describe('a storm', () => {
  test('between two nodes is a note for foreign nodes and a failure under strict', { timeout: 30_000 }, async () => {
    const [foreign, strict] = await Promise.all([
      runCluster(['idle.pair-cpu'], ['answers-syncs-for-ever']),
      runCluster(['idle.pair-cpu'], ['answers-syncs-for-ever'], ['--strict']),
    ]);
    expect(statuses(foreign.report)).toEqual({ 'idle.pair-cpu': 'info' });
    expect(statuses(strict.report)).toEqual({ 'idle.pair-cpu': 'failed' });
  });
});

describe('the program', () => {
  test('leaves no process behind', { timeout: 20_000 }, async () => {
    const { ended } = await runCluster(['cluster.write-each-read-all'], []);
    expect(ended.code).toBe(0);
    await untilNoneIsLeft();
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('takes its nodes with it on %s', { timeout: 20_000 }, async (signal) => {
    const args = ['--spawn', `node ${compiled.fakeNode}`, '--only', 'cluster.'];
    const ended = await runProgram(compiled.runner, args, { interrupt: { at: 'cluster.complete', signal } });
    expect(ended.code).toBe(signal === 'SIGINT' ? 130 : 143);
    await untilNoneIsLeft();
  });

  test('takes a node with it that a shell wraps', { timeout: 20_000 }, async () => {
    const wrapped = `sh -c 'node ${compiled.fakeNode}; true'`;
    const ended = await runProgram(compiled.runner, ['--spawn', wrapped, '--only', 'identity.health']);
    expect(ended.code).toBe(0);
    await untilNoneIsLeft();
  });

  test('says what a node that ends at once printed, exit 1', { timeout: 20_000 }, async () => {
    const command = `node -e 'console.log("no such thing"); process.exit(3)'`;
    const ended = await runProgram(compiled.runner, ['--spawn', command, '--only', 'identity.health']);
    expect(ended.stdout).toContain('ended with 3');
    expect(ended.stdout).toContain('no such thing');
    expect(ended.code).toBe(1);
  });

  test('says that nothing answers at a URL, exit 1', { timeout: 20_000 }, async () => {
    const ended = await runProgram(compiled.runner, ['--node', 'http://127.0.0.1:1', '--only', 'identity.health']);
    expect(ended.stdout).toContain('cannot connect to http://127.0.0.1:1');
    expect(ended.code).toBe(1);
  });

  test.each([
    [['--node', 'ftp://x'], '--node "ftp://x": allowed is http://host:port'],
    [['--spawn', ''], '--spawn "": allowed is a command'],
    [['--spawn', `x '`], 'a quote is not closed'],
    [['--spawn', 'x {wat}'], 'unknown {wat}; allowed: {http_port}'],
    [['--secret', ''], '--secret must not be empty'],
    [['--idle-seconds', '0'], '--idle-seconds "0": allowed are whole seconds from 1 to 3600'],
    [['--eviction-timeout', '1.5'], '--eviction-timeout "1.5"'],
    [['--nodes', 'x'], 'Allowed: --node --spawn'],
    [['stray'], 'Allowed: --node --spawn'],
    [['--only', 'no.such'], '--only no.such: no check has such an id'],
  ])('refuses %j by name, exit 2', async (args, message) => {
    const ended = await runProgram(compiled.runner, args);
    expect(ended.stderr).toContain(message);
    expect(ended.code).toBe(2);
  });

  test('explains itself and lists its checks, each under one id', async () => {
    const help = await runProgram(compiled.runner, ['--help']);
    expect(help.stdout).toContain('Pointing it at foreign binaries');
    expect(help.stdout).toContain('repram-wire-compat/1');
    expect(help.code).toBe(0);
    const list = await runProgram(compiled.runner, ['--list']);
    const ids = [...list.stdout.matchAll(/^ {4}(\S+) \[(?:required|info)\] .+ \(.+\)$/gm)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(150);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
