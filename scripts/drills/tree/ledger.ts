import { concurrently } from '../load/concurrently.js';
import type { DrillNode } from '../nodes/drill-node.js';
import { msUntil } from '../nodes/watch.js';

/** Keys that one writer goes round. */
const KEYS = 200;
const TICK_MS = 1;
/** Reads at a time of whoever looks what is there. */
const READERS = 16;

interface Write {
  readonly key: string;
  readonly sequence: number;
}

interface Acknowledged {
  readonly sequence: number;
  readonly atMs: number;
}

/**
 * Writes numbers that rise, at a fixed rate, and knows for each key the last that was answered with 201: no node may
 * ever show an older one of that key once the write has spread. Two writes of one key are never under way at a time: their
 * order would be anybody's.
 */
export class Ledger {
  readonly #prefix: string;
  readonly #targets: () => readonly DrillNode[];
  readonly #intervalMs: number;
  /** Bounded by `KEYS`. */
  readonly #acknowledged = new Map<string, Acknowledged>();
  /** By key. Bounded by `KEYS`. */
  readonly #underWay = new Map<string, Promise<void>>();
  #sequence = 0;
  #running: Promise<void> | undefined;
  #ended = false;
  #accepted = 0;
  #pending = 0;
  readonly #failed = new Map<string, number>();

  /** @param targets the nodes that are written to in turn, as they are at the moment */
  constructor(prefix: string, perSecond: number, targets: () => readonly DrillNode[]) {
    this.#prefix = prefix;
    this.#intervalMs = 1000 / perSecond;
    this.#targets = targets;
  }

  /** How many were answered with what; 0 is no answer. */
  get answers(): Readonly<Record<string, number>> {
    return { 201: this.#accepted, 202: this.#pending, ...Object.fromEntries(this.#failed) };
  }

  start(): void {
    this.#running = this.#run();
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
    await Promise.all(this.#underWay.values());
  }

  /** What has been acknowledged up to now, since a reading of `performance.now()`. */
  snapshot(sinceMs = Number.NEGATIVE_INFINITY): ReadonlyMap<string, number> {
    const recent = [...this.#acknowledged].filter(([, { atMs }]) => atMs >= sinceMs);
    return new Map(recent.map(([key, { sequence }]) => [key, sequence]));
  }

  async #run(): Promise<void> {
    let dueMs = performance.now();
    while (!this.#ended) {
      for (; dueMs <= performance.now(); dueMs += this.#intervalMs) this.#launch();
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  #launch(): void {
    const sequence = ++this.#sequence;
    const key = `${this.#prefix}-${sequence % KEYS}`;
    if (this.#underWay.has(key)) return;
    const targets = this.#targets();
    const node = targets[sequence % targets.length];
    const writing = this.#write(node, { key, sequence }).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, writing);
  }

  async #write(node: DrillNode | undefined, { key, sequence }: Write): Promise<void> {
    const status = (await node?.api.put(key, Buffer.from(String(sequence)))) ?? 0;
    if (status === 201) {
      this.#accepted++;
      if (sequence > (this.#acknowledged.get(key)?.sequence ?? 0)) {
        this.#acknowledged.set(key, { sequence, atMs: performance.now() });
      }
    } else if (status === 202) this.#pending++;
    else this.#failed.set(String(status), (this.#failed.get(String(status)) ?? 0) + 1);
  }
}

/** The acknowledged writes that a node does not show: it has nothing, or an older one. */
export async function behind(
  node: DrillNode,
  acknowledged: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  const missing = new Map<string, number>();
  const writes = [...acknowledged];
  await concurrently(writes.length, READERS, async (index) => {
    const [key, sequence] = writes[index] ?? ['', 0];
    const value = await node.api.get(key);
    if (value === undefined || Number(value) < sequence) missing.set(key, sequence);
  });
  return missing;
}

/** Milliseconds until the node shows all of them; `undefined` where that takes too long. */
export function untilShown(
  node: DrillNode,
  acknowledged: ReadonlyMap<string, number>,
  sinceMs: number,
  timeoutMs: number,
): Promise<number | undefined> {
  let missing = acknowledged;
  return msUntil({ sinceMs, timeoutMs }, async () => {
    missing = await behind(node, missing);
    return missing.size === 0;
  });
}
