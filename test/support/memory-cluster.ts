import type { HostPort } from '../../src/gossip/address.js';
import { Gossip, type GossipOptions } from '../../src/gossip/gossip.js';
import { randomHex } from '../../src/gossip/ports/rng.js';
import type { Self } from '../../src/gossip/self.js';
import { encodeAnswer } from '../../src/gossip/wire/answer.js';
import { decodeBootstrapRequest, encodeBootstrapAnswer } from '../../src/gossip/wire/bootstrap-codec.js';
import { decodeMessage } from '../../src/gossip/wire/decode.js';
import { MemoryStore } from '../../src/node/store/memory-store.js';
import { IsolationRecovery } from '../../src/omega/isolation-recovery.js';
import { SeedRounds } from '../../src/omega/seed-rounds.js';
import {
  type HostAnswer,
  type HostPath,
  type MemoryHost,
  MemoryNetwork,
  type MemoryTransport,
} from './memory-transport.js';
import { ReadableMetrics, RecordingLog, SeededRng } from './ports.js';
import { VirtualClock } from './virtual-clock.js';

/** The defaults of a running node. */
export const GOSSIP_DEFAULTS: GossipOptions = {
  replication: 3,
  writeTimeoutMs: 5000,
  ttl: { minSeconds: 300, maxSeconds: 86_400 },
  pingIntervalMs: 1000,
  pingTimeoutMs: 500,
  syncIntervalMs: 30_000,
};

export interface MemoryNodeOptions extends Partial<GossipOptions> {
  readonly seeds?: readonly HostPort[];
  readonly enclave?: string;
  /** Taken over from a former process, where not new. */
  readonly address?: HostPort;
  /** Other than the time of the start, where the clock was set. */
  readonly incarnation?: number;
}

/** The real gossip, recovery and store of one node, on a network in memory. */
export class MemoryNode implements MemoryHost {
  readonly self: Self;
  readonly gossip: Gossip;
  readonly store: MemoryStore;
  readonly recovery: IsolationRecovery;
  readonly seedRounds: SeedRounds;
  readonly transport: MemoryTransport;
  readonly metrics: ReadableMetrics = new ReadableMetrics();
  readonly log: RecordingLog = new RecordingLog();

  constructor(cluster: MemoryCluster, self: Self, options: MemoryNodeOptions) {
    const { clock, rng } = cluster;
    const { metrics, log } = this;
    this.self = self;
    this.store = new MemoryStore({ clock, metrics, log }, { maxBytes: 0 });
    this.transport = cluster.network.transportAt(self.address);
    const ports = { clock, rng, metrics, log, transport: this.transport, store: this.store };
    this.gossip = new Gossip(ports, self, { ...GOSSIP_DEFAULTS, ...options });
    const { members, joiner } = this.gossip;
    const seeds = options.seeds ?? [];
    const isIsolated = (): boolean => members.live().length === 0;
    const join = (asked: readonly HostPort[]): Promise<boolean> => joiner.join(asked);
    const looking = { intervalMs: 30_000 };
    this.recovery = new IsolationRecovery(ports, looking, { isIsolated, seeds: () => seeds, join });
    this.seedRounds = new SeedRounds(ports, looking, { isIsolated, unmet: () => joiner.unmet(seeds), join });
    members.subscribe(({ kind }) => {
      if (kind === 'evicted' || kind === 'left') void this.recovery.trigger();
    });
  }

  /** Ids of the live members, sorted. */
  get peers(): string[] {
    return this.gossip.members
      .live()
      .map((member) => member.id)
      .sort();
  }

  start(): void {
    this.gossip.start();
    this.recovery.start();
    this.seedRounds.start();
    void this.recovery.trigger();
  }

  stop(): void {
    this.recovery.stop();
    this.seedRounds.stop();
    this.gossip.stop();
    this.transport.close();
  }

  /** Answers as the HTTP server of a running node does. */
  post(path: HostPath, body: Uint8Array): HostAnswer {
    return path === 'message' ? this.#message(body) : this.#bootstrap(body);
  }

  #message(body: Uint8Array): HostAnswer {
    const decoded = decodeMessage(body);
    if (!decoded.ok) return { status: 400 };
    if (decoded.message.type === 'UNKNOWN') return { status: 200, body: encodeAnswer() };
    const receipt = this.gossip.receive(decoded.message);
    if (receipt.kind === 'ok') return { status: 200, body: encodeAnswer(receipt.reply) };
    return { status: receipt.kind === 'full' ? 507 : 421 };
  }

  #bootstrap(body: Uint8Array): HostAnswer {
    const decoded = decodeBootstrapRequest(body);
    if (!decoded.ok) return { status: 400 };
    const reception = this.gossip.reception.receive(decoded.request);
    if (reception.kind === 'welcome') return { status: 200, body: encodeBootstrapAnswer(reception.answer) };
    return { status: reception.kind === 'self' ? 421 : 409 };
  }
}

/** Nodes on one network and one virtual clock. The same seed gives the same run. */
export class MemoryCluster {
  readonly clock: VirtualClock = new VirtualClock();
  readonly rng: SeededRng;
  readonly network: MemoryNetwork;
  readonly #nodes = new Set<MemoryNode>();
  #hosts = 0;

  constructor(seed: number) {
    this.rng = new SeededRng(seed);
    this.network = new MemoryNetwork({ clock: this.clock, rng: this.rng });
  }

  start(id: string, options: MemoryNodeOptions = {}): MemoryNode {
    const self: Self = {
      id,
      address: options.address ?? { host: `10.0.0.${++this.#hosts}`, port: 8080 },
      gossipPort: 9090,
      enclave: options.enclave ?? 'default',
      incarnation: options.incarnation ?? this.clock.nowMs(),
      instance: randomHex(this.rng, 16),
    };
    const node = new MemoryNode(this, self, options);
    this.#nodes.add(node);
    this.network.listen(self.address, node);
    node.start();
    return node;
  }

  /** Starts `count` nodes `n1`, `n2`…, the first of them the seed of the others, and lets them find each other. */
  async startMany(count: number, options: MemoryNodeOptions = {}): Promise<MemoryNode[]> {
    const first = this.start('n1', options);
    const seeds = [first.self.address];
    const others = Array.from({ length: count - 1 }, (_, i) => this.start(`n${i + 2}`, { ...options, seeds }));
    await this.run(5000);
    return [first, ...others];
  }

  /** The process ends without a word. */
  kill(node: MemoryNode): void {
    this.#nodes.delete(node);
    node.stop();
    this.network.crash(node.self.address);
  }

  stop(): void {
    for (const node of this.#nodes) node.stop();
  }

  run(ms: number): Promise<void> {
    return this.clock.run(ms);
  }
}
