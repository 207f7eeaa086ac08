import { formatHostPort } from '../../../src/gossip/address.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import type { SimHost } from './host.js';
import type { Network } from './network.js';
import type { Ending, WorldObserver } from './observer.js';

interface Leaving {
  readonly ended: Promise<void>;
  readonly resolve: () => void;
}

/** What the table needs of its world. */
export interface ProcessTableParts {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly observer: WorldObserver;
}

/** The processes of a world, from their start to their end. */
export class ProcessTable {
  /** Every process ever started, in order. Bounded by the run. */
  readonly ever: SimHost[] = [];
  readonly #parts: ProcessTableParts;
  /** Processes that shut down. Bounded by those that run. */
  readonly #leaving = new Map<SimHost, Leaving>();
  #running: readonly SimHost[] = [];

  constructor(parts: ProcessTableParts) {
    this.#parts = parts;
  }

  /** Processes that run, or are stalled, in the order they were started. */
  get running(): readonly SimHost[] {
    return this.#running;
  }

  /**
   * Takes a process in, and starts it after `delayMs`. It answers its peers meanwhile.
   *
   * @throws where another process runs on its machine
   */
  adopt(host: SimHost, delayMs: number): void {
    const { machine, process } = host;
    if (machine.listener !== undefined) throw new Error(`${machine.name} is taken: end its process first`);
    this.ever.push(host);
    this.#running = [...this.#running, host];
    machine.listener = host;
    machine.hasPower = true;
    machine.servingUntilMs = 0;
    this.#parts.observer.started?.(host);
    if (delayMs === 0) process.input(() => host.start());
    else this.#parts.clock.setTimer(delayMs, () => process.input(() => host.start()));
  }

  /** As `World.kill`. */
  kill(host: SimHost): void {
    this.#end(host, 'killed');
  }

  /** As `World.cutPower`. */
  cutPower(host: SimHost): void {
    if (host.process.hasEnded) return;
    host.machine.hasPower = false;
    this.#end(host, 'power lost');
  }

  /** As `World.leave`. */
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
    host.process.input(() => void host.drain().then(() => this.#end(host, 'left')));
    return leaving;
  }

  /** Ends a process, unless it has ended by something else meanwhile. */
  #end(host: SimHost, how: Ending): void {
    if (host.process.hasEnded) return;
    host.process.end();
    host.machine.listener = undefined;
    this.#leaving.get(host)?.resolve();
    this.#leaving.delete(host);
    this.#running = this.#running.filter((other) => other !== host);
    this.#parts.observer.ended?.(host, how);
    if (host.machine.hasPower) this.#breakConnections(host);
  }

  /** The kernel of the machine ends the connections of a process that has ended. */
  #breakConnections(host: SimHost): void {
    const { clock, network } = this.#parts;
    const name = formatHostPort(host.address);
    for (const other of this.#running) {
      const connections = other.connections.get(name);
      const delayMs = network.breakDelayMs(host.machine, other.machine);
      if (connections === undefined || delayMs === undefined) continue;
      clock.setTimer(delayMs, () => other.process.input(() => connections.broken(host)));
    }
  }
}
