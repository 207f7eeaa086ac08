import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { writeText } from './describe.js';
import type { Invariant, Sighting } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import { PerNode } from './per-node.js';
import { readMessage } from './wire.js';

/** How long a message id is remembered at least, in milliseconds. */
const WINDOW_MS = 60_000;

interface Passed {
  readonly body: Uint8Array;
  readonly atMs: number;
}

/** The message of a write is applied once a minute by a process, passed on once, and never back to where it came from. */
export class OnceIsEnough implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  /** By process, then message id: when it was applied. Bounded by those of the window: `scan` drops the older ones. */
  readonly #applied = new PerNode<string, number>();
  /** By process, then message id. Bounded likewise. */
  readonly #passed = new PerNode<string, Passed>();

  #last:
    | { readonly node: SimNode; readonly key: string; readonly write: WriteOperation; readonly atMs: number }
    | undefined;

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  offered({ node, entry, outcome, write }: Sighting): void {
    // What a client writes here comes by no message.
    if (write === undefined || write.host === node || (outcome !== 'stored' && outcome !== 'stale')) return;
    this.#last = { node, key: entry.key, write, atMs: this.#world.elapsedMs };
  }

  /** What was stored while the message was answered, the message brought. Repair may bring it, too, and besides. */
  taken({ type, request }: Exchange, by: Machine, { status }: HostAnswer): void {
    const last = this.#last;
    this.#last = undefined;
    const node = this.#cast.at(by);
    const message = type === 'PUT' && status === 200 ? readMessage(request.body) : undefined;
    const nowMs = this.#world.elapsedMs;
    if (!isOurs(node) || message === undefined || last === undefined) return;
    if (last.node !== node || last.key !== message.key || last.atMs !== nowMs) return;
    const applied = this.#applied.of(node);
    const atMs = applied.get(message.messageId);
    applied.delete(message.messageId);
    applied.set(message.messageId, nowMs);
    if (atMs === undefined || nowMs - atMs >= WINDOW_MS) return;
    const detail = `${node.id} applied ${writeText(last.write)} a second time, after ${(nowMs - atMs).toFixed(0)} ms`;
    this.#world.violated(INVARIANTS.repetition, detail);
  }

  /** What is passed on is one message, in the same bytes for all who get it: other bytes are another time. */
  sent({ id, type, from, to, request }: Exchange): void {
    if (type !== 'PUT') return;
    const node = this.#cast.at(from);
    const message = readMessage(request.body);
    if (!isOurs(node) || message === undefined || message.from === node.id) return;
    const machine = this.#world.network.machineAt(to);
    if (this.#cast.at(machine)?.id === message.from && this.#cast.hasOneId(machine)) {
      const detail = `${node.id} sent ${message.messageId} back to its origin ${message.from} (#${id})`;
      this.#world.violated(INVARIANTS.repetition, detail);
    }
    const passed = this.#passed.of(node);
    const before = passed.get(message.messageId);
    const nowMs = this.#world.elapsedMs;
    if (before?.body === request.body) return;
    passed.delete(message.messageId);
    passed.set(message.messageId, { body: request.body, atMs: nowMs });
    if (before === undefined || nowMs - before.atMs >= WINDOW_MS) return;
    const detail = `${node.id} passed ${message.messageId} on a second time (#${id}), first at ${before.atMs.toFixed(0)}`;
    this.#world.violated(INVARIANTS.repetition, detail);
  }

  scan(): void {
    const horizonMs = this.#world.elapsedMs - WINDOW_MS;
    for (const applied of this.#applied.all()) {
      for (const [messageId, atMs] of applied) {
        if (atMs > horizonMs) break;
        applied.delete(messageId);
      }
    }
    for (const passed of this.#passed.all()) {
      for (const [messageId, { atMs }] of passed) {
        if (atMs > horizonMs) break;
        passed.delete(messageId);
      }
    }
  }

  ended(host: unknown): void {
    if (!isOurs(host)) return;
    this.#applied.forget(host);
    this.#passed.forget(host);
  }
}
