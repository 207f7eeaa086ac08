import type { HostPort } from '../../../src/gossip/address.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import { SeededRng } from '../../support/ports.js';
import { VIRTUAL_START_MS, VirtualClock } from '../../support/virtual-clock.js';
import { Clients } from './clients.js';
import { createNode, type NodeOptions, watchNode } from './create-node.js';
import { Discovery } from './discovery.js';
import { EventLog, type LoggedEvent } from './event-log.js';
import type { SimHost } from './host.js';
import { Network } from './network.js';
import { SimNode } from './node.js';
import type { WorldObserver } from './observer.js';
import { broadcast, logTo } from './observers.js';
import type { SimProcess } from './process.js';
import { ProcessTable } from './process-table.js';
import { forkSeed } from './seeds.js';
import { SimLinks } from './sim-dialer.js';
import { Stepper } from './stepper.js';

export interface WorldOptions {
  /** The cluster secret of every node. */
  readonly secret?: string;
  /** Whether the events are kept, for a timeline; else only their digest is. */
  readonly keepsEvents?: boolean;
  /** Whether there is an event log at all: writing it takes a tenth of the time of a large run. Default true. */
  readonly logs?: boolean;
  readonly onEvent?: (event: LoggedEvent) => void;
}

/**
 * Machines, processes, a network and clients under one clock and one seed. Everything that happens follows from the
 * seed and from what is called here; nothing takes real time, and nothing outside is touched.
 */
export class World {
  readonly seed: number;
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: Network;
  /** WebSockets between machines. */
  readonly links: SimLinks;
  readonly clients: Clients;
  readonly log: EventLog;
  /** Where nodes find root lists that are configured to. */
  readonly discovery: Discovery = new Discovery(() => this.fork('discovery'));
  readonly #options: WorldOptions;
  readonly #observers: WorldObserver[] = [];
  readonly #observer: WorldObserver;
  readonly #processes: ProcessTable;
  readonly #stepper: Stepper;

  constructor(seed: number, options: WorldOptions = {}) {
    this.seed = seed;
    this.#options = options;
    this.log = new EventLog({ keep: options.keepsEvents ?? false, listener: options.onEvent });
    this.#observer = broadcast(this.#observers);
    this.network = new Network({ clock: this.clock, rng: this.fork('network') }, this.#observer);
    const linkPorts = { clock: this.clock, network: this.network, rng: this.fork('links') };
    this.links = new SimLinks(linkPorts, this.#observer);
    this.clients = new Clients(this.clock, this.#observer);
    // First of all: whoever else is told of an entry finds the version of its write there.
    this.#observers.push(this.clients);
    const parts = { clock: this.clock, network: this.network, observer: this.#observer };
    this.#processes = new ProcessTable(parts);
    this.#stepper = new Stepper(parts, seed);
    const note = (node: string, kind: string, text: string): void => this.note(kind, text, node);
    if (options.logs !== false) this.#observers.push(logTo(note, (entry) => this.clients.writeOf(entry)));
  }

  /** Processes that run, or are stalled, in the order they were started. */
  get hosts(): readonly SimHost[] {
    return this.#processes.running;
  }

  /** Every process ever started, in order. */
  get everyHost(): readonly SimHost[] {
    return this.#processes.ever;
  }

  /** Those that run and are this repository's nodes. */
  get nodes(): readonly SimNode[] {
    return this.hosts.filter((host) => host instanceof SimNode);
  }

  /** Those of them that are members: the others are attached to one. */
  get members(): readonly SimNode[] {
    return this.nodes.filter((node) => !node.isTransient);
  }

  /** Nodes of ours that run and that nobody can dial. */
  get transients(): readonly SimNode[] {
    return this.nodes.filter((node) => node.isTransient);
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
    this.#stepper.entered(process);
  }

  /** Puts a line into the event log. */
  note(kind: string, text: string, node = ''): void {
    if (this.#options.logs === false) return;
    this.log.add({ atMs: this.elapsedMs, node, kind, text });
  }

  /** Says that an invariant does not hold. The run ends with the first, after the step. */
  violated(invariant: string, detail: string): void {
    this.#stepper.violated(invariant, detail);
  }

  /** Starts a node of ours: on a machine of its own, unless it is given the address of one. */
  startNode(options: NodeOptions = {}): SimNode {
    return this.adopt(this.makeNode(options));
  }

  /** Makes a node of ours that is not there yet, for `adopt` to take in. */
  makeNode(options: NodeOptions = {}): SimNode {
    const node = createNode(this, this.#options.secret, options);
    watchNode(node, this.#observer);
    return node;
  }

  /**
   * Takes a process in, and starts it. One that starts after `delayMs` answers its peers meanwhile: so the periods of
   * nodes that are there from the beginning need not be in step.
   */
  adopt<Host extends SimHost>(host: Host, delayMs = 0): Host {
    this.#processes.adopt(host, delayMs);
    return host;
  }

  /** SIGKILL: the machine goes on, refuses connections, and ends those there are. */
  kill(host: SimHost): void {
    this.#processes.kill(host);
  }

  /** The machine loses power: from now on all is silent. */
  cutPower(host: SimHost): void {
    this.#processes.cutPower(host);
  }

  /** SIGTERM: the node shuts down in order. Resolves when it has ended, be it by something else meanwhile. */
  leave(host: SimHost): Promise<void> {
    return this.#processes.leave(host);
  }

  /** An operator has a node remove another, which is not to come back by what others say. */
  remove(node: SimNode, memberId: string): void {
    node.process.input(() => {
      const tombstone = node.remove(memberId);
      if (tombstone !== undefined) this.#observer.removed?.(node, tombstone);
    });
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
  runUntil(isReached: () => boolean, withinMs: number): Promise<boolean> {
    return this.#stepper.runUntil(isReached, withinMs);
  }
}
