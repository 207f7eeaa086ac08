import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { NodeConfig } from '../../../src/node/config/node-config.js';
import { defaultConfig } from '../../../src/node/config/resolve.js';
import { SeededRng } from '../../support/ports.js';
import { settle, VIRTUAL_START_MS, VirtualClock } from '../../support/virtual-clock.js';
import { Clients } from './clients.js';
import { EventLog, type LoggedEvent } from './event-log.js';
import type { SimHost } from './host.js';
import { Network } from './network.js';
import { SimNode } from './node.js';
import type { Ending, WorldObserver } from './observer.js';
import { broadcast, logTo } from './observers.js';
import type { SimProcess } from './process.js';
import { forkSeed } from './seeds.js';
import { InvariantViolated, type Violation } from './violation.js';

export interface WorldOptions {
  /** The cluster secret of every node. */
  readonly secret?: string;
  /** Whether the events are kept, for a timeline; else only their digest is. */
  readonly keepsEvents?: boolean;
  /** Whether there is an event log at all: writing it takes a tenth of the time of a large run. Default true. */
  readonly logs?: boolean;
  readonly onEvent?: (event: LoggedEvent) => void;
}

export interface NodeOptions {
  readonly id?: string;
  /** A machine's, where a process is to run on one that exists. */
  readonly address?: HostPort;
  readonly seeds?: readonly HostPort[];
  readonly enclave?: string;
  readonly config?: Partial<NodeConfig>;
}

interface Leaving {
  readonly ended: Promise<void>;
  readonly resolve: () => void;
}

/** Steps within one moment after which time has to move: nothing that is sound needs as many. */
const MAX_STEPS_PER_MOMENT = 1_000_000;

/**
 * Machines, processes, a network and clients under one clock and one seed. Everything that happens follows from the seed
 * and from what is called here; nothing takes real time, and nothing outside is touched.
 */
export class World {
  readonly seed: number;
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: Network;
  readonly clients: Clients;
  readonly log: EventLog;
  /** Every process ever started, in order. Bounded by the run. */
  readonly everyHost: SimHost[] = [];
  readonly #options: WorldOptions;
  readonly #observers: WorldObserver[] = [];
  readonly #observer: WorldObserver;
  readonly #ran = new Set<SimProcess>();
  /** Processes that shut down. Bounded by those that run. */
  readonly #leaving = new Map<SimHost, Leaving>();
  #hosts: readonly SimHost[] = [];
  #violation: Violation | undefined;
  #stepsNow = 0;
  #momentMs = -1;

  constructor(seed: number, options: WorldOptions = {}) {
    this.seed = seed;
    this.#options = options;
    this.log = new EventLog({ keep: options.keepsEvents ?? false, listener: options.onEvent });
    this.#observer = broadcast(this.#observers);
    this.network = new Network({ clock: this.clock, rng: this.fork('network') }, this.#observer);
    this.clients = new Clients(this.clock, this.#observer);
    const note = (node: string, kind: string, text: string): void => this.note(kind, text, node);
    if (options.logs !== false) this.#observers.push(logTo(note, (entry) => this.clients.writeOf(entry)));
  }

  /** Processes that run, or are stalled, in the order they were started. */
  get hosts(): readonly SimHost[] {
    return this.#hosts;
  }

  /** Those of them that are this repository's nodes. */
  get nodes(): readonly SimNode[] {
    return this.#hosts.filter((host) => host instanceof SimNode);
  }

  /** Milliseconds since the world began. */
  get elapsedMs(): number {
    return this.clock.monotonicMs();
  }

  /** Wall-clock time as a machine whose clock is right has it. */
  get trueMs(): number {
    return VIRTUAL_START_MS + this.clock.monotonicMs();
  }

  observe(observer: WorldObserver): void {
    this.#observers.push(observer);
  }

  /** Randomness of its own for a purpose: what one part draws does not change what another draws. */
  fork(purpose: string): Rng {
    return new SeededRng(forkSeed(this.seed, purpose));
  }

  /** Where the next process may run that needs a machine of its own. */
  freeAddress(): HostPort {
    const count = this.everyHost.length + 1;
    return { host: `10.0.${count >> 8}.${count & 255}`, port: 8080 };
  }

  /** Code of the process runs in this step. */
  entered(process: SimProcess): void {
    this.#ran.add(process);
  }

  /** Puts a line into the event log. */
  note(kind: string, text: string, node = ''): void {
    if (this.#options.logs === false) return;
    this.log.add({ atMs: this.elapsedMs, node, kind, text });
  }

  /** Says that an invariant does not hold. The run ends with the first, after the step. */
  violated(invariant: string, detail: string): void {
    this.#violation ??= { invariant, atMs: this.elapsedMs, detail };
  }

  /** Starts a node of ours: on a machine of its own, unless it is given the address of one. */
  startNode(options: NodeOptions = {}): SimNode {
    return this.adopt(this.makeNode(options));
  }

  /** Makes a node of ours that is not there yet, for `adopt` to take in. */
  makeNode(options: NodeOptions = {}): SimNode {
    const count = this.everyHost.length + 1;
    const id = options.id ?? `n${count}`;
    const address = options.address ?? this.freeAddress();
    const machine = this.network.machineAt(address);
    const config: NodeConfig = {
      ...defaultConfig(),
      network: 'private',
      nodeId: id,
      address: address.host,
      httpPort: address.port,
      enclave: options.enclave ?? 'default',
      peers: options.seeds ?? [],
      clusterSecret: this.#options.secret,
      ...options.config,
    };
    machine.label = id;
    const node = new SimNode(
      {
        clock: this.clock,
        network: this.network,
        machine,
        rng: this.fork(`node ${id} ${count}`),
        onRun: (process) => this.entered(process),
        log: (kind, text) => this.note(kind, text, id),
      },
      config,
    );
    this.#watch(node);
    return node;
  }

  /**
   * Takes a process in, and starts it. One that starts after `delayMs` answers its peers meanwhile: so the periods of nodes
   * that are there from the beginning need not be in step.
   */
  adopt<Host extends SimHost>(host: Host, delayMs = 0): Host {
    if (host.machine.listener !== undefined) throw new Error(`${host.machine.name} is taken: end its process first`);
    this.everyHost.push(host);
    this.#hosts = [...this.#hosts, host];
    host.machine.listener = host;
    host.machine.hasPower = true;
    host.machine.servingUntilMs = 0;
    this.#observer.started?.(host);
    if (delayMs === 0) host.process.input(() => host.start());
    else this.after(delayMs, () => host.process.input(() => host.start()));
    return host;
  }

  /** SIGKILL: the machine goes on, refuses connections, and ends those there are. */
  kill(host: SimHost): void {
    if (host.process.hasEnded) return;
    this.#end(host, 'killed');
    this.#breakConnections(host);
  }

  /** The machine loses power: from now on all is silent. */
  cutPower(host: SimHost): void {
    if (host.process.hasEnded) return;
    host.machine.hasPower = false;
    this.#end(host, 'power lost');
  }

  /** SIGTERM: the node shuts down in order. Resolves when it has ended, be it by something else meanwhile. */
  leave(host: SimHost): Promise<void> {
    if (host.process.hasEnded) return Promise.resolve();
    const leaving = this.#leaving.get(host) ?? this.#leave(host);
    return leaving.ended;
  }

  #leave(host: SimHost): Leaving {
    let resolve = (): void => undefined;
    const ended = new Promise<void>((resolved) => {
      resolve = resolved;
    });
    const leaving = { ended, resolve };
    this.#leaving.set(host, leaving);
    const drained = (): void => {
      if (host.process.hasEnded) return;
      this.#end(host, 'left');
      this.#breakConnections(host);
    };
    host.process.input(() => void host.drain().then(drained));
    return leaving;
  }

  /** The event loop of the process stands still for `ms`. */
  stall(host: SimHost, ms: number): void {
    this.note('fault', `stalls for ${ms.toFixed(0)} ms`, host.id);
    host.process.stall(ms);
  }

  /** Sets the wall clock of the machine on, or back. */
  jumpClock(host: SimHost, ms: number): void {
    this.note('fault', `clock set by ${ms.toFixed(0)} ms`, host.id);
    host.machine.wall.offsetMs += ms;
  }

  /** Calls `fn` after `ms`, from outside of every process. */
  after(ms: number, fn: () => void): void {
    this.clock.setTimer(ms, fn);
  }

  /**
   * Lets `ms` pass.
   *
   * @throws InvariantViolated at the end of the step that broke an invariant
   */
  async run(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }

  /**
   * Lets time pass until `isReached`, which is asked after every step, or for `withinMs`. Whether it was reached.
   *
   * @throws InvariantViolated at the end of the step that broke an invariant
   */
  async runUntil(isReached: () => boolean, withinMs: number): Promise<boolean> {
    const untilMs = this.clock.monotonicMs() + withinMs;
    await this.#settle();
    while (!isReached()) {
      if (!this.#step(untilMs)) return false;
      await this.#settle();
    }
    return true;
  }

  #step(untilMs: number): boolean {
    try {
      return this.clock.step(untilMs);
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.violated('nothing ends a process', detail);
      return true;
    }
  }

  async #settle(): Promise<void> {
    await settle();
    if (this.#momentMs !== this.elapsedMs) this.#stepsNow = 0;
    this.#momentMs = this.elapsedMs;
    if (++this.#stepsNow > MAX_STEPS_PER_MOMENT) this.violated('time goes on', 'work without end in one moment');
    this.#observer.stepped?.(this.#ran);
    this.#ran.clear();
    if (this.#violation !== undefined) throw new InvariantViolated(this.#violation, this.seed);
  }

  /** Tells the observers of what a node does inside. */
  #watch(node: SimNode): void {
    const { store, gossip } = node.core;
    const put = store.put.bind(store);
    store.put = (entry) => {
      const outcome = put(entry);
      this.clients.stored(node, entry);
      this.#observer.stored?.(node, entry, outcome);
      return outcome;
    };
    gossip.members.subscribe((event) => this.#observer.memberChanged?.(node, event));
  }

  #end(host: SimHost, how: Ending): void {
    host.process.end();
    host.machine.listener = undefined;
    this.#leaving.get(host)?.resolve();
    this.#leaving.delete(host);
    this.#hosts = this.#hosts.filter((other) => other !== host);
    this.#observer.ended?.(host, how);
  }

  /** The kernel of the machine ends the connections of a process that has ended. */
  #breakConnections(host: SimHost): void {
    const name = formatHostPort(host.address);
    for (const other of this.#hosts) {
      const connections = other.connections.get(name);
      const delayMs = this.network.breakDelayMs(host.machine, other.machine);
      if (connections === undefined || delayMs === undefined) continue;
      this.clock.setTimer(delayMs, () => other.process.input(() => connections.broken(host)));
    }
  }
}
