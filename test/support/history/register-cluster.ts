import type { Operation, ReadOperation, WriteOperation, WriteOutcome, WriteVersion } from './operation.js';

/** How long before and after its effect an operation begins and ends, in milliseconds. */
interface Around {
  readonly beforeMs: number;
  readonly afterMs: number;
}

export type Command =
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'restart'; readonly node: number }
  | { readonly kind: 'deliver'; readonly node: number; readonly write: number }
  | ({ readonly kind: 'read'; readonly node: number; readonly key: string } & Around)
  | ({ readonly kind: 'write'; readonly node: number; readonly key: string } & Around & WriteChoices);

interface WriteChoices {
  readonly ttlSeconds: number;
  readonly outcome: WriteOutcome;
  /** Whether a write of unknown outcome took effect. */
  readonly happened: boolean;
  /** Whether the history tells its version, and its exact expiry. */
  readonly stamped: boolean;
  readonly exact: boolean;
}

interface Stored {
  readonly key: string;
  readonly value: string;
  readonly version: WriteVersion;
  readonly expiresAtMs: number;
}

interface Node {
  readonly name: string;
  readonly skewMs: number;
  instance: number;
  lastMs: number;
  logical: number;
  /** The newest write that has ever arrived, by key; kept when it has expired, so that no older one takes its place. */
  readonly registers: Map<string, Stored>;
}

/**
 * What a cluster promises, at its simplest: on each node a register a key, in which the highest version wins and which
 * is empty when that has expired. Writes arrive when a command says so. Effects are instantaneous; the history shows
 * them with the uncertainty that clients have.
 */
export class RegisterCluster {
  readonly operations: Operation[] = [];
  readonly #nodes: readonly Node[];
  readonly #writes: Stored[] = [];
  #nowMs = 10_000;

  /** A node for each skew: by how much its clock is ahead, in milliseconds. */
  constructor(skewsMs: readonly number[]) {
    this.#nodes = skewsMs.map((skewMs, i) => {
      return { name: `node-${i}`, skewMs, instance: 1, lastMs: 0, logical: 0, registers: new Map() };
    });
  }

  get nodeNames(): string[] {
    return this.#nodes.map((node) => node.name);
  }

  run(command: Command): void {
    if (command.kind === 'pass') this.#nowMs += command.ms;
    else if (command.kind === 'restart') this.#restart(this.#node(command.node));
    else if (command.kind === 'deliver') this.#deliver(this.#node(command.node), command.write);
    else if (command.kind === 'read') this.#read(this.#node(command.node), command.key, command);
    else this.#write(this.#node(command.node), command.key, command);
  }

  /** Brings every write to every node, lets what runs end, and reads every key everywhere. */
  settle(keys: readonly string[]): { readonly nodes: readonly string[]; readonly sinceMs: number } {
    this.#nowMs += 1000;
    for (const node of this.#nodes) for (const write of this.#writes) this.#apply(node, write);
    const sinceMs = this.#nowMs;
    for (const node of this.#nodes) for (const key of keys) this.#read(node, key, { beforeMs: 0, afterMs: 0 });
    return { nodes: this.nodeNames, sinceMs };
  }

  #node(index: number): Node {
    const node = this.#nodes[index % this.#nodes.length];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    return node;
  }

  #clockMs(node: Node): number {
    return Math.floor(this.#nowMs + node.skewMs);
  }

  #restart(node: Node): void {
    node.instance++;
    node.lastMs = 0;
    node.logical = 0;
    node.registers.clear();
  }

  #deliver(node: Node, index: number): void {
    const write = this.#writes[index % Math.max(1, this.#writes.length)];
    if (write !== undefined) this.#apply(node, write);
  }

  #apply(node: Node, write: Stored): void {
    this.#observe(node, write.version);
    const held = node.registers.get(write.key);
    if (held === undefined || isNewer(write.version, held.version)) node.registers.set(write.key, write);
  }

  #observe(node: Node, { ms, logical }: WriteVersion): void {
    if (ms > node.lastMs || (ms === node.lastMs && logical > node.logical)) {
      node.lastMs = ms;
      node.logical = logical;
    }
  }

  #nextVersion(node: Node): WriteVersion {
    const ms = Math.max(node.lastMs, this.#clockMs(node));
    const logical = ms === node.lastMs ? node.logical + 1 : 0;
    const version = { ms, logical, origin: `${node.name}/${node.instance}` };
    this.#observe(node, version);
    return version;
  }

  #write(node: Node, key: string, choices: WriteChoices & Around): void {
    const { ttlSeconds, outcome, stamped, exact } = choices;
    const value = `v${this.operations.length}`;
    const version = this.#nextVersion(node);
    const expiresAtMs = version.ms + ttlSeconds * 1000;
    const stored: Stored = { key, value, version, expiresAtMs };
    if (outcome === 'quorum' || outcome === 'pending' || (outcome === 'unknown' && choices.happened)) {
      this.#writes.push(stored);
      this.#apply(node, stored);
    }
    const operation: WriteOperation = {
      kind: 'write',
      ...this.#at(node, choices),
      key,
      value,
      ttlSeconds,
      outcome,
      ...(outcome === 'unknown' ? { completedMs: undefined } : {}),
      ...(stamped ? { version } : {}),
      ...(exact ? { expiresAtMs } : {}),
    };
    this.operations.push(operation);
  }

  #read(node: Node, key: string, around: Around): void {
    const held = node.registers.get(key);
    const value = held !== undefined && this.#clockMs(node) < held.expiresAtMs ? held.value : undefined;
    const operation: ReadOperation = { kind: 'read', ...this.#at(node, around), key, value };
    this.operations.push(operation);
  }

  #at(node: Node, { beforeMs, afterMs }: Around) {
    return {
      node: node.name,
      instance: String(node.instance),
      invokedMs: this.#nowMs - beforeMs,
      completedMs: this.#nowMs + afterMs,
    };
  }
}

/** Not shared with the checker, which is tried on what this model does: an error of its order would hide itself. */
function isNewer(a: WriteVersion, b: WriteVersion): boolean {
  if (a.ms !== b.ms) return a.ms > b.ms;
  if (a.logical !== b.logical) return a.logical > b.logical;
  return a.origin > b.origin;
}
