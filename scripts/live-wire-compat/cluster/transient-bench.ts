import { failed, skipped, type Verdict } from '../check.js';
import { type ParentOptions, ParentRecorder } from '../tree/parent-recorder.js';
import type { FrameForm } from '../wire/frame.js';
import type { WireNodeInfo } from '../wire/message.js';
import type { Arena } from './arena.js';
import type { Cluster } from './cluster.js';
import type { Kind } from './command.js';
import type { NodeProcess } from './node-process.js';

export const ENCLAVE = 'wire-compat';
/** For a node to find a parent: it may be in a pause between two rounds of trying. */
const ATTACH_MS = 15_000;
/** For something that must not happen. */
export const QUIET_MS = 700;

export interface BenchSettings {
  readonly form?: FrameForm;
  readonly secret?: string;
  readonly selects?: string;
  /** Further members that each welcome names, by id. Nobody can reach them. */
  readonly others?: readonly string[];
}

/** A node that was started as a transient, and the recorders that stand in as its parents. */
export class TransientBench {
  readonly kind: Kind;
  readonly strict: boolean;
  readonly #arena: Arena;
  readonly #settings: BenchSettings;
  readonly #cluster: Cluster;
  /** Bounded by the two or three a check opens. */
  readonly #parents: ParentRecorder[] = [];

  constructor(arena: Arena, kind: Kind, settings: BenchSettings = {}) {
    const { secret } = settings;
    this.kind = kind;
    this.strict = arena.isStrictFor(kind);
    this.#arena = arena;
    this.#settings = settings;
    this.#cluster = arena.newCluster({
      prefix: `wc-${arena.run}-transient`,
      enclave: ENCLAVE,
      environment: { REPRAM_INBOUND: 'false', REPRAM_WRITE_TIMEOUT: '2', REPRAM_MIN_TTL: '2' },
      ...(secret === undefined ? {} : { secret }),
    });
  }

  /** How long the node may take to find a parent. */
  get attachMs(): number {
    return Math.min(ATTACH_MS, this.#arena.options.topologyTimeoutMs);
  }

  async parent(name: string, port = 0, options: Partial<ParentOptions> = {}): Promise<ParentRecorder> {
    const { form = 'typescript', secret, selects, others = [] } = this.#settings;
    const recorder = await ParentRecorder.open(
      {
        id: `wc-${this.#arena.run}-${name}`,
        enclave: ENCLAVE,
        form,
        ...(secret === undefined ? {} : { secret }),
        ...(selects === undefined ? {} : { selects }),
        ...options,
      },
      port,
    );
    recorder.conduct.others = others.map((id) => this.silent(id));
    this.#parents.push(recorder);
    return recorder;
  }

  /** A member that a parent may name, and nobody can reach. */
  silent(id: string): WireNodeInfo {
    return { id, address: '192.0.2.1', port: 9, http_port: 9, enclave: ENCLAVE };
  }

  /** Starts the node; its seeds are `parents`, in this order. */
  start(parents: readonly ParentRecorder[]): Promise<NodeProcess> {
    return this.#cluster.add(this.kind, { peers: parents.map(({ endpoint }) => endpoint) });
  }

  /** The node is killed: how one takes leave is judged elsewhere, and takes seconds. */
  async close(): Promise<void> {
    await Promise.all(this.#cluster.nodes.map((node) => node.kill()));
    await Promise.all(this.#parents.map((parent) => parent.close()));
  }
}

/** A node that opens no WebSocket, whatever REPRAM_INBOUND says, has no such mode. */
export function withoutMode(bench: TransientBench, why: string): Verdict {
  const detail = `does not attach to a parent: ${why}`;
  return bench.strict ? failed(detail) : skipped(detail);
}
