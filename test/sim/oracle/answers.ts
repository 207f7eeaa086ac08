import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import { writeText } from './describe.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';

/** Besides the write timeout: writes wait up to a second for the seeds, and a stalled process answers late. */
const GRACE_MS = 2000;

/** How far behind the last stall of its process a write is judged, in milliseconds. */
const STALLED_MS = 60_000;

/** Every write of a client that a process took is answered, within the write timeout. */
export class WritesAreAnswered implements Invariant {
  readonly #world: World;
  /** Bounded by the writes of the last minute and those that wait for a process that stalls. */
  readonly #open = new Set<WriteOperation>();

  constructor(world: World) {
    this.#world = world;
  }

  writing(write: WriteOperation): void {
    if (isOurs(write.host)) this.#open.add(write);
  }

  wrote(write: WriteOperation): void {
    this.#open.delete(write);
  }

  scan(): void {
    for (const write of this.#open) {
      const { host, invokedMs } = write;
      if (!isOurs(host) || host.process.hasEnded) {
        this.#open.delete(write);
        continue;
      }
      const waitedMs = this.#world.trueMs - invokedMs;
      if (waitedMs < host.config.writeTimeoutMs + GRACE_MS) return;
      if (host.process.isStalled || waitedMs < STALLED_MS + host.config.writeTimeoutMs) continue;
      this.#world.violated(INVARIANTS.answers, `${writeText(write)} has waited for ${waitedMs.toFixed(0)} ms`);
    }
  }

  /** Nobody has been stalled for a while. */
  rest(): void {
    for (const write of this.#open) {
      if (write.host.process.hasEnded) continue;
      this.#world.violated(INVARIANTS.answers, `${writeText(write)} is not answered at rest`);
    }
  }
}
