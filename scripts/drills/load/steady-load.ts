import { setTimeout as delay } from 'node:timers/promises';
import type { DrillNode } from '../nodes/drill-node.js';
import { VALUE_BYTES } from './fill.js';

const TICK_MS = 1;
/** A loop: the load adds no more keys than these. */
const KEYS = 5000;

/** What the writes of a time came to. */
export interface Window {
  /** From the moment each was due until it was answered, in milliseconds. */
  readonly latenciesMs: readonly number[];
  /** How many were not answered with 201. */
  readonly refused: number;
}

/** Writes at a fixed rate whether or not the writes before are answered, so that a stall is counted in full. */
export class SteadyLoad {
  readonly #nodes: readonly DrillNode[];
  readonly #intervalMs: number;
  readonly #value: Uint8Array = Buffer.alloc(VALUE_BYTES, 'y');
  /** Bounded by the rate times the longest time a write takes to be answered. */
  readonly #underWay = new Set<Promise<void>>();
  /** Bounded by the rate times the length of a window. */
  #latenciesMs: number[] = [];
  #refused = 0;
  #count = 0;
  #running: Promise<void> | undefined;
  #ended = false;

  constructor(nodes: readonly DrillNode[], perSecond: number) {
    this.#nodes = nodes;
    this.#intervalMs = 1000 / perSecond;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** What was answered since the last call. */
  take(): Window {
    const window = { latenciesMs: this.#latenciesMs, refused: this.#refused };
    this.#latenciesMs = [];
    this.#refused = 0;
    return window;
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#running;
    await Promise.all(this.#underWay);
  }

  async #run(): Promise<void> {
    let dueMs = performance.now();
    while (!this.#ended) {
      for (; dueMs <= performance.now(); dueMs += this.#intervalMs) this.#launch(dueMs);
      await delay(TICK_MS);
    }
  }

  #launch(dueMs: number): void {
    const index = this.#count++;
    const writing = this.#write(index, dueMs).finally(() => this.#underWay.delete(writing));
    this.#underWay.add(writing);
  }

  async #write(index: number, dueMs: number): Promise<void> {
    const status = await this.#nodes[index % this.#nodes.length]?.api.put(`load-${index % KEYS}`, this.#value);
    this.#latenciesMs.push(performance.now() - dueMs);
    if (status !== 201) this.#refused += 1;
  }
}
