import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { signalGroup, startChild } from '../../live-wire-compat/cluster/children.js';
import { Bell } from './bell.js';

/** What a process of a crowd is told. */
export interface CrowdOrder {
  readonly prefix: string;
  readonly count: number;
  readonly seeds: readonly { readonly host: string; readonly port: number }[];
}

/** Something that happened to one transient of a crowd. */
export interface CrowdEvent {
  readonly id: string;
  readonly kind: 'attached' | 'detached';
  readonly parent: string;
  /** Milliseconds since the epoch, by the monotonic clock of its process. */
  readonly atMs: number;
}

/** Transients in one process: each has its own sockets, ports and timers, and 300 processes would need a larger machine. */
const PER_PROCESS = 50;
const HOST = fileURLToPath(new URL('./crowd-host.js', import.meta.url));

/** Many transients with the defaults of the product, in a few processes. */
export class Crowd {
  readonly #processes: ChildProcess[] = [];
  /** Bounded by the drill. */
  readonly #events: CrowdEvent[] = [];
  readonly #parents = new Map<string, string>();
  readonly #bell = new Bell();

  start(count: number, seeds: CrowdOrder['seeds']): void {
    for (let first = 0; first < count; first += PER_PROCESS) {
      const order = { prefix: `t${first / PER_PROCESS + 1}-`, count: Math.min(PER_PROCESS, count - first), seeds };
      const process_ = startChild(process.execPath, [HOST, JSON.stringify(order)], { PATH: process.env['PATH'] });
      this.#processes.push(process_);
      process_.stderr?.pipe(process.stderr, { end: false });
      if (process_.stdout !== null) createInterface(process_.stdout).on('line', (line) => this.#take(line));
    }
  }

  /** Who is attached to whom. */
  get parents(): ReadonlyMap<string, string> {
    return this.#parents;
  }

  /** What happened since a time in milliseconds since the epoch. */
  since(sinceMs: number): readonly CrowdEvent[] {
    return this.#events.filter(({ atMs }) => atMs >= sinceMs);
  }

  /** Whether it came to hold in time. */
  async until(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    while (!holds() && performance.now() < deadlineMs) await this.#bell.rung(deadlineMs - performance.now());
    return holds();
  }

  end(): void {
    for (const { pid } of this.#processes) if (pid !== undefined) signalGroup(pid, 'SIGKILL');
  }

  #take(line: string): void {
    const event = JSON.parse(line) as CrowdEvent;
    this.#events.push(event);
    if (event.kind === 'attached') this.#parents.set(event.id, event.parent);
    else this.#parents.delete(event.id);
    this.#bell.ring();
  }
}
