import type { Entry } from '../../../src/gossip/ports/store.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import type { SimHost } from './host.js';
import type { WorldObserver } from './observer.js';
import type { ReadOperation, WriteOperation } from './operation.js';

/** The clients of a world: every value they write is unique, so a read tells which write it saw. */
export class Clients {
  /** By value. Bounded by the run. */
  readonly writes = new Map<string, WriteOperation>();
  readonly #clock: VirtualClock;
  readonly #observer: WorldObserver;

  constructor(clock: VirtualClock, observer: WorldObserver) {
    this.#clock = clock;
    this.#observer = observer;
  }

  /**
   * Writes a fresh value of at least `bytes` bytes. The operation is completed in its own time, or never where the
   * process ends before it answers.
   */
  put(host: SimHost, key: string, ttlSeconds: number, bytes = 0): WriteOperation {
    const id = this.writes.size + 1;
    const operation: WriteOperation = {
      id,
      host,
      key,
      value: `${key}#${id}`.padEnd(bytes, '.'),
      ttlSeconds,
      invokedMs: this.#clock.nowMs(),
      completedMs: undefined,
      status: undefined,
      version: undefined,
      expiresAtMs: undefined,
    };
    this.writes.set(operation.value, operation);
    this.#observer.writing?.(operation);
    host.process.input(() => void this.#perform(operation));
    return operation;
  }

  /** Reads at once; `undefined` where the process cannot answer now. */
  get(host: SimHost, key: string): ReadOperation | undefined {
    if (host.process.hasEnded || host.process.isStalled) return undefined;
    const held = host.get(key);
    const operation: ReadOperation = {
      host,
      key,
      value: held && textOf(held.bytes),
      atMs: this.#clock.nowMs(),
      nodeWallMs: Math.floor(this.#clock.nowMs() + host.machine.wall.offsetMs),
    };
    this.#observer.read?.(operation);
    return operation;
  }

  /** A node stored an entry: of its own write this tells the version. */
  stored(host: SimHost, entry: Entry): void {
    const operation = this.writeOf(entry);
    if (operation?.host !== host || operation.version !== undefined) return;
    operation.version = entry.version;
    operation.expiresAtMs = entry.expiresAtMs;
  }

  /** The write an entry came from. */
  writeOf(entry: Pick<Entry, 'bytes'>): WriteOperation | undefined {
    return this.writes.get(textOf(entry.bytes));
  }

  async #perform(operation: WriteOperation): Promise<void> {
    const bytes = Uint8Array.from(Buffer.from(operation.value));
    operation.status = await operation.host.put(operation.key, bytes, operation.ttlSeconds);
    operation.completedMs = this.#clock.nowMs();
    this.#observer.wrote?.(operation);
  }
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
}
