import { randomInt as systemRandomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomInt } from '../../src/gossip/ports/rng.js';
import { checkHistory } from '../support/history/checker.js';
import type { Operation } from '../support/history/operation.js';
import { HistoryRecorder } from '../support/history/recorder.js';
import { reportViolations } from '../support/history/report.js';
import { eventually, type NodeProcess } from '../support/node-process.js';
import { SeededRng } from '../support/ports.js';
import { ProcessCluster } from '../support/process-cluster.js';
import { ProcessStarts, RecordingClient } from '../support/recording-client.js';

const SEED = Number(process.env['HISTORY_SEED'] ?? systemRandomInt(2 ** 32));
const CLIENTS = 6;
const OPERATIONS_EACH = 100;
const WRITE_TIMEOUT_S = 2;

/** Keys that are written and read alike. */
interface KeyGroup {
  readonly keys: readonly string[];
  readonly ttlSeconds: readonly number[];
  readonly writers: readonly NodeProcess[];
}

describe('the history of three nodes, one of which is killed and restarted', () => {
  const cluster = new ProcessCluster({ REPRAM_MIN_TTL: '1', REPRAM_WRITE_TIMEOUT: `${WRITE_TIMEOUT_S}s` });
  const recorder = new HistoryRecorder(Date.now);
  const starts = new ProcessStarts();
  const client = new RecordingClient(recorder, starts);
  const rngs = Array.from({ length: CLIENTS }, (_, i) => new SeededRng(SEED + i));
  let values = 0;

  beforeAll(() => cluster.start(3));
  afterAll(() => cluster.stop());

  const operate = async (rng: SeededRng, groups: readonly KeyGroup[]): Promise<void> => {
    const group = pick(rng, groups);
    const key = pick(rng, group.keys);
    if (randomInt(rng, 3) > 0) await client.read(pick(rng, cluster.nodes), key);
    else await client.write(pick(rng, group.writers), key, `v${++values}`, pick(rng, group.ttlSeconds));
  };

  /** Lets all clients do their operations side by side; `meanwhile` begins when half of them are done. */
  const burst = async (groups: readonly KeyGroup[], meanwhile?: () => Promise<unknown>): Promise<void> => {
    let done = 0;
    let event: Promise<unknown> | undefined;
    const running = rngs.map(async (rng) => {
      for (let i = 0; i < OPERATIONS_EACH; i++) {
        await operate(rng, groups);
        if (++done === (CLIENTS * OPERATIONS_EACH) / 2) event = meanwhile?.();
      }
    });
    await Promise.all(running);
    await event;
  };

  /** Writes each key on all nodes at once, so that the writes reach each node in another order. */
  const contend = async (keys: readonly string[]): Promise<void> => {
    const writes = keys.flatMap((key) => cluster.nodes.map((node) => client.write(node, key, `v${++values}`, 30)));
    await Promise.all(writes);
  };

  /** Reads a value of this TTL everywhere until it has expired everywhere. */
  const outlive = async (node: NodeProcess, ttlSeconds: number): Promise<void> => {
    const key = `marker-${++values}`;
    await client.write(node, key, key, ttlSeconds);
    await eventually(async () => {
      const read = await Promise.all(cluster.nodes.map((reader) => client.read(reader, key)));
      return read.every((value) => value === undefined);
    }, `${key} to expire`);
  };

  it(`shows no violation (with HISTORY_SEED=${SEED})`, async () => {
    const [first, doomed, third] = [cluster.node(0), cluster.node(1), cluster.node(2)];
    const anywhere = { keys: names('any', 8), ttlSeconds: [1, 1, 2, 30], writers: cluster.nodes };
    // A node that is killed leaves writes behind that reached a quorum and not everybody. Those of the others reach both.
    const steady = { keys: names('steady', 6), ttlSeconds: [1, 30, 30], writers: [first, third] };
    const late = { keys: names('late', 20), ttlSeconds: [1, 30, 30], writers: cluster.nodes };

    await burst([anywhere, steady]);
    await outlive(doomed, 1);
    await burst([anywhere, steady], () => doomed.kill());
    starts.ended(doomed);
    await Promise.all([doomed.start(), burst([anywhere, steady])]);
    await cluster.complete();
    await burst([anywhere, late]);
    await contend(late.keys);
    // As long as any message of a write is tried for, so that none is under way when it is over.
    await outlive(first, WRITE_TIMEOUT_S);

    const sinceMs = Date.now();
    for (const key of [...anywhere.keys, ...steady.keys, ...late.keys]) {
      await Promise.all(cluster.nodes.map((node) => client.read(node, key)));
    }
    const { operations } = recorder;
    const survivors = { complete: { nodes: [first.id, third.id], sinceMs } };
    const everybody = { complete: { nodes: cluster.nodes.map((node) => node.id), sinceMs } };
    expect(reportViolations(checkHistory(operations))).toBe('');
    expect(reportViolations(checkHistory(of(steady, operations), survivors))).toBe('');
    expect(reportViolations(checkHistory(of(late, operations), everybody))).toBe('');
    expectEventful(operations, doomed);
  });

  /** A history in which nothing happened would satisfy every rule. */
  const expectEventful = (operations: readonly Operation[], restarted: NodeProcess): void => {
    const reads = operations.filter((operation) => operation.kind === 'read');
    const found = reads.filter((read) => read.value !== undefined);
    const outcomes = operations.flatMap((operation) => (operation.kind === 'write' ? [operation.outcome] : []));
    expect(reads.length).toBeGreaterThan(CLIENTS * OPERATIONS_EACH);
    expect(outcomes.filter((outcome) => outcome === 'quorum').length).toBeGreaterThan(OPERATIONS_EACH);
    expect(outcomes).toContain('unknown');
    expect(new Set(found.map((read) => `${read.node}/${read.instance}`))).toEqual(
      new Set([...cluster.nodes.map((node) => `${node.id}/1`), `${restarted.id}/2`]),
    );
    const gone = reads.filter((read) => read.key.startsWith('marker') && read.value === undefined);
    expect(gone.length).toBeGreaterThan(0);
  };
});

function names(group: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${group}-${i}`);
}

function of(group: KeyGroup, operations: readonly Operation[]): Operation[] {
  return operations.filter((operation) => group.keys.includes(operation.key));
}

function pick<T>(rng: SeededRng, items: readonly T[]): T {
  return items[randomInt(rng, items.length)] as T;
}
