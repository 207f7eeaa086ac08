import type { HostPort } from '../../../src/gossip/address.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { WriteOutcome } from '../../../src/gossip/replication/writer.js';
import type { Self } from '../../../src/gossip/self.js';
import type { Tombstone } from '../../../src/gossip/wire/news.js';
import type { NodeConfig } from '../../../src/node/config/node-config.js';
import { type Core, createCore } from '../../../src/node/core.js';
import { InFlight } from '../../../src/node/http/in-flight.js';
import { PeerDesk } from '../../../src/node/http/peer-desk.js';
import { createSelf } from '../../../src/node/identity.js';
import { createOmega, type Omega } from '../../../src/node/omega/create-omega.js';
import { drainAndStop } from '../../../src/node/shutdown.js';
import { BOOTSTRAP_PATH, MESSAGE_PATH, REPLICA_PATH } from '../../../src/node/wire/paths.js';
import { SIGNATURE_HEADER } from '../../../src/node/wire/signature.js';
import { ReadableMetrics } from '../../support/ports.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { SimConnections } from './connections.js';
import type { Discovery } from './discovery.js';
import type { HeldValue, PutStatus, SimHost } from './host.js';
import type { HostAnswer, HostRequest, LinkAcceptance, Machine } from './machine.js';
import type { Network } from './network.js';
import { NodeLog } from './node-log.js';
import { SimProcess } from './process.js';
import { ProcessClock } from './process-clock.js';
import { SimDialer, type SimLinks } from './sim-dialer.js';

const STATUS: Readonly<Record<WriteOutcome, PutStatus>> = { quorum: 201, pending: 202, full: 507, overloaded: 503 };

/** The machine ends connections together with the process. */
const NO_SERVER = { close: (): Promise<void> => Promise.resolve(), destroy: (): void => undefined };
const NO_STREAMS = { close: (): void => undefined };
const NO_LAG = { stop: (): void => undefined };

/** Turns clients away once the node shuts down. */
class SimGate {
  draining = false;

  drain(): void {
    this.draining = true;
  }
}

/** The configuration of a node, and what nobody but a measurement sets. */
export interface SimConfig extends NodeConfig {
  /** Whether its failure detector is slower to judge while the node itself fares badly. True unless set. */
  readonly localHealth?: boolean;
}

/** What a node needs of its world. */
export interface NodeParts {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly simLinks: SimLinks;
  readonly discovery: Discovery;
  readonly machine: Machine;
  readonly rng: Rng;
  readonly onRun: (process: SimProcess) => void;
  readonly log: (kind: string, text: string) => void;
}

/** This repository's node, from the configuration to the bytes on the wire, on a simulated machine. */
export class SimNode implements SimHost {
  readonly kind = 'ours';
  readonly machine: Machine;
  readonly process: SimProcess;
  readonly clock: ProcessClock;
  readonly config: NodeConfig;
  readonly self: Self;
  readonly core: Core;
  /** Where a root list is configured. */
  readonly omega: Omega | undefined;
  readonly metrics: ReadableMetrics = new ReadableMetrics();
  /** Connections to every peer dialled. Bounded by the peers of the run. */
  readonly connections = new Map<string, SimConnections>();
  readonly links: LinkAcceptance;
  readonly #desk: PeerDesk;
  readonly #log: NodeLog;
  readonly #writes = new InFlight();
  readonly #gate = new SimGate();

  constructor(parts: NodeParts, config: SimConfig) {
    const { machine, network, rng } = parts;
    this.machine = machine;
    this.config = config;
    this.process = new SimProcess(parts.clock, parts.onRun);
    this.clock = new ProcessClock(parts.clock, machine.wall, this.process);
    this.#log = new NodeLog(parts.log);
    const ports = { clock: this.clock, rng, log: this.#log, metrics: this.metrics };
    this.self = createSelf(config, machine.address.port, ports);
    const connectionParts = { clock: this.clock, network, machine, process: this.process };
    const dial = (address: HostPort, onLost: () => void): Promise<SimConnections> => {
      const connections = new SimConnections(connectionParts, address, onLost);
      this.connections.set(network.machineAt(address).name, connections);
      return Promise.resolve(connections);
    };
    const dialer = new SimDialer({ links: parts.simLinks, machine, process: this.process, clock: this.clock });
    const localHealth = config.localHealth ?? true;
    const outside = parts.discovery.portsOf(machine, this.clock);
    const hasList = config.omegaDomain !== undefined;
    this.omega = hasList ? createOmega(config, this.self.address, { ...ports, ...outside, home: '/home' }) : undefined;
    this.core = createCore(config, this.self, { ...ports, dial, dialer }, { localHealth, omega: this.omega });
    const { gossip, keys, ageBound, tree } = this.core;
    const isMember = (): boolean => tree.role === 'substrate';
    const { omega } = this;
    const admission = omega && { admitsJoiners: () => omega.admitsJoiners() };
    this.#desk = new PeerDesk(ports, { gossip, gate: this.#gate, keys, ageBound, isMember, ...admission });
    this.links = { codec: 'cbor', mayAccept: () => tree.mayAccept, accept: (link) => tree.accept(link) };
  }

  get id(): string {
    return this.self.id;
  }

  get enclave(): string {
    return this.self.enclave;
  }

  /** Whether its operator says that nobody can dial it: it attaches to a node that can be dialled, and is no member. */
  get isTransient(): boolean {
    return this.config.inbound === 'false';
  }

  get address(): HostPort {
    return this.self.address;
  }

  get peers(): readonly string[] {
    return this.core.gossip.members
      .live()
      .map((member) => member.id)
      .sort();
  }

  start(): void {
    const { store, gossip, recovery, seedRounds, tree } = this.core;
    store.start();
    gossip.start();
    const listed = this.omega?.start();
    if (this.isTransient) return tree.becomeTransient();
    recovery.start();
    seedRounds.start();
    if (listed === undefined) void recovery.trigger();
    else void listed.then(() => recovery.trigger({ refresh: false }));
  }

  answer({ path, headers, body }: HostRequest): HostAnswer | Promise<HostAnswer> {
    const route = path === MESSAGE_PATH || path === REPLICA_PATH ? path : BOOTSTRAP_PATH;
    return this.#desk.answer(route, body, headers[SIGNATURE_HEADER]);
  }

  async put(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<PutStatus> {
    if (this.#gate.draining) return 503;
    return this.#writes.during(async () => STATUS[await this.core.gossip.writer.write(key, bytes, ttlSeconds)]);
  }

  get(key: string): HeldValue | undefined {
    return this.core.store.get(key);
  }

  /** An operator removes a member; `undefined` where this node knows none of that id. */
  remove(memberId: string): Tombstone | undefined {
    return this.core.gossip.remove(memberId, this.id);
  }

  drain(): Promise<void> {
    const outside = { server: NO_SERVER, lag: NO_LAG, streams: NO_STREAMS, gate: this.#gate, writes: this.#writes };
    return drainAndStop(
      { ...this.core, ...outside, omega: this.omega, clock: this.clock, log: this.#log },
      this.config.drainTimeoutMs,
    );
  }
}

/** Whether a process takes part through another node, and is listed by nobody. */
export function isTransient(host: SimHost): boolean {
  return host instanceof SimNode && host.isTransient;
}
