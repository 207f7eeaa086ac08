import type { KnownWrite } from './known-write.js';
import type { Operation } from './operation.js';

/** An operation at a process and the value it shows there: what was read, or what was acknowledged. */
export interface Sighting {
  readonly operation: Operation;
  /** `undefined`: a read that found nothing. */
  readonly write: KnownWrite | undefined;
}

export interface KnownSighting extends Sighting {
  readonly write: KnownWrite;
}

/**
 * What clients have seen so far of one key at one process. The version a process holds never goes down while it lives,
 * also when the value expires, and what it acknowledges is newer than all it has shown before.
 */
export class ProcessView {
  readonly #first = new Map<KnownWrite, KnownSighting>();
  #newest: KnownSighting | undefined;
  /**
   * Of all sightings the one that began last, and of those that show something else than it does, the one that began
   * last.
   */
  #last: Sighting | undefined;
  #lastOther: Sighting | undefined;

  /** To be called in the order in which the operations ended. */
  add(sighting: Sighting): void {
    if (shows(sighting)) {
      const { write } = sighting;
      if (!this.#first.has(write)) this.#first.set(write, sighting);
      if (this.#newest === undefined || write.low > this.#newest.write.low) this.#newest = sighting;
    }
    this.#noteLast(sighting);
  }

  /** The sighting that gives the highest bound for what the process holds. */
  get newest(): KnownSighting | undefined {
    return this.#newest;
  }

  /**
   * A sighting of something else that began after the process had shown `write`, with the first sighting of `write`.
   */
  replaced(write: KnownWrite): { readonly first: KnownSighting; readonly by: Sighting } | undefined {
    const first = this.#first.get(write);
    const by = this.#last?.write === write ? this.#lastOther : this.#last;
    if (first === undefined || by === undefined) return undefined;
    return endedMs(first.operation) < by.operation.invokedMs ? { first, by } : undefined;
  }

  #noteLast(sighting: Sighting): void {
    const last = this.#last;
    if (last === undefined || sighting.operation.invokedMs > last.operation.invokedMs) {
      if (last !== undefined && last.write !== sighting.write) this.#lastOther = last;
      this.#last = sighting;
    } else if (sighting.write !== last.write && beganLater(sighting, this.#lastOther)) {
      this.#lastOther = sighting;
    }
  }
}

/** When the answer came; never, where there was none. */
export function endedMs(operation: Operation): number {
  return operation.completedMs ?? Number.POSITIVE_INFINITY;
}

function shows(sighting: Sighting): sighting is KnownSighting {
  return sighting.write !== undefined;
}

function beganLater(sighting: Sighting, than: Sighting | undefined): boolean {
  return than === undefined || sighting.operation.invokedMs > than.operation.invokedMs;
}
