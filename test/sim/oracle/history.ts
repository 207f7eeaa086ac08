import { checkHistory } from '../../support/history/checker.js';
import type { Operation, WriteOutcome } from '../../support/history/operation.js';
import { reportViolations } from '../../support/history/report.js';
import { compareVersions } from '../../support/history/version-order.js';
import type { PutStatus, SimHost } from '../world/host.js';
import type { ReadOperation, WriteOperation } from '../world/operation.js';
import type { SimProcess } from '../world/process.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import type { Invariant, Sighting } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';

const OUTCOMES: Readonly<Record<PutStatus, WriteOutcome>> = {
  201: 'quorum',
  202: 'pending',
  503: 'refused',
  507: 'refused',
};

/**
 * What clients saw fits one order of versions: see `checkHistory`. Judged at rest. Nothing is claimed of keys that were
 * written through a node of the old protocol, whose writes have no version, nor of those of which a version was held
 * back because a clock was far ahead, whose replicas end at different times.
 */
export class ClientsSeeOneOrder implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** Everything clients did. Bounded by the run. */
  readonly #writes: WriteOperation[] = [];
  readonly #reads: ReadOperation[] = [];
  /** Keys nothing is claimed of. */
  readonly #unclaimed = new Set<string>();
  /** By node id: the furthest its clock was off. */
  readonly #skewMs = new Map<string, number>();

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  started(host: SimHost): void {
    this.#noteSkew(host);
  }

  writing(write: WriteOperation): void {
    this.#writes.push(write);
    this.#noteSkew(write.host);
    if (!isOurs(write.host)) this.#unclaimed.add(nameOf(write));
  }

  read(read: ReadOperation): void {
    this.#noteSkew(read.host);
    if (isOurs(read.host)) this.#reads.push(read);
  }

  offered({ entry, write }: Sighting): void {
    if (write?.version !== undefined && compareVersions(entry.version, write.version) !== 0)
      this.#unclaimed.add(nameOf(write));
  }

  stepped(ran: ReadonlySet<SimProcess>): void {
    for (const process of ran) {
      const host = this.#cast.of(process);
      if (host !== undefined) this.#noteSkew(host);
    }
  }

  /** Where every node is to hold everything, reads all of it at all of them first. */
  judge(isComplete: boolean): void {
    const sinceMs = this.#world.trueMs;
    if (isComplete) this.#readAll();
    const writes: readonly Operation[] = this.#claimed(this.#writes).map((write) => this.#writeOf(write));
    const operations = writes.concat(this.#claimed(this.#reads).map((read) => this.#readOf(read)));
    const isReadBy = new Set(
      operations.flatMap((operation) =>
        operation.kind === 'read' && operation.invokedMs >= sinceMs ? [operation.node] : [],
      ),
    );
    const violations = checkHistory(operations, {
      skewMs: Object.fromEntries(this.#skewMs),
      ...(isComplete && { complete: { nodes: [...isReadBy], sinceMs } }),
    });
    if (violations.length > 0) this.#world.violated(INVARIANTS.history, reportViolations(violations));
  }

  #readAll(): void {
    const keys = new Set(this.#writes.map((write) => write.key));
    const written = new Set(this.#writes.map(nameOf));
    for (const host of this.#world.nodes) {
      for (const key of keys) if (written.has(nameOf({ host, key }))) this.#world.clients.get(host, key);
    }
  }

  #claimed<T extends { readonly host: SimHost; readonly key: string }>(operations: readonly T[]): readonly T[] {
    return operations.filter((operation) => !this.#unclaimed.has(nameOf(operation)));
  }

  #writeOf(write: WriteOperation): Operation {
    const { host, value, invokedMs, completedMs, version } = write;
    const ttlSeconds = isOurs(host) ? granted(write.ttlSeconds, host.config) : write.ttlSeconds;
    return {
      kind: 'write',
      node: host.id,
      instance: this.#instanceOf(host),
      key: nameOf(write),
      value,
      ttlSeconds,
      invokedMs,
      completedMs,
      outcome: write.status === undefined ? 'unknown' : OUTCOMES[write.status],
      version,
      expiresAtMs: version && version.ms + ttlSeconds * 1000,
    };
  }

  #readOf(read: ReadOperation): Operation {
    const { host, value, atMs } = read;
    const [node, instance] = [host.id, this.#instanceOf(host)];
    return { kind: 'read', node, instance, key: nameOf(read), value, invokedMs: atMs, completedMs: atMs };
  }

  #instanceOf(host: SimHost): string {
    return `${host.id} of ${this.#cast.startedMs(host).toFixed(3)}`;
  }

  #noteSkew({ id, machine }: SimHost): void {
    // A clock shows whole milliseconds.
    const skewMs = machine.wall.offsetMs === 0 ? 0 : Math.abs(machine.wall.offsetMs) + 1;
    if (skewMs > (this.#skewMs.get(id) ?? -1)) this.#skewMs.set(id, skewMs);
  }
}

/** Keys of different enclaves have nothing to do with each other. */
function nameOf({ host, key }: { readonly host: SimHost; readonly key: string }): string {
  return `${host.enclave}/${key}`;
}

function granted(
  ttlSeconds: number,
  range: { readonly minTtlSeconds: number; readonly maxTtlSeconds: number },
): number {
  return Math.min(range.maxTtlSeconds, Math.max(range.minTtlSeconds, ttlSeconds));
}
