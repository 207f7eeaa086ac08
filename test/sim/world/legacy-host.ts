import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import { LegacyNode, type LegacyNodeOptions } from '../legacy/legacy-node.js';
import type { LegacyPost } from '../legacy/outbox.js';
import { SimConnections } from './connections.js';
import type { HeldValue, PutStatus, SimHost } from './host.js';
import type { HostAnswer, HostRequest, Machine } from './machine.js';
import { SimProcess } from './process.js';
import { ProcessClock } from './process-clock.js';
import type { World } from './world.js';

export type SimLegacyOptions = Omit<LegacyNodeOptions, 'address'> & {
  /** A machine's; a new one where it is left out. */
  readonly address?: HostPort;
};

/** A model of a node of the old protocol, on a simulated machine. */
export class SimLegacy implements SimHost {
  readonly kind = 'legacy';
  readonly id: string;
  readonly enclave: string;
  readonly machine: Machine;
  readonly process: SimProcess;
  readonly node: LegacyNode;
  /** Connections to every peer dialled. Bounded by the peers of the run. */
  readonly connections = new Map<string, SimConnections>();

  constructor(world: World, rng: Rng, machine: Machine, options: LegacyNodeOptions) {
    this.id = options.id;
    this.enclave = options.enclave;
    this.machine = machine;
    this.process = new SimProcess(world.clock, (process) => world.entered(process));
    const clock = new ProcessClock(world.clock, machine.wall, this.process);
    const parts = { clock, network: world.network, machine, process: this.process };
    const connectionsTo = (to: HostPort): SimConnections => {
      const name = formatHostPort(to);
      const known = this.connections.get(name) ?? new SimConnections(parts, to, () => undefined);
      this.connections.set(name, known);
      return known;
    };
    const post: LegacyPost = async (to, path, body, headers, timeoutMs) => {
      const request = { path, body, headers, timeoutMs, lane: 'bulk' } as const;
      const result = await connectionsTo(to).post(request, Number.POSITIVE_INFINITY);
      return 'answer' in result ? result.answer : undefined;
    };
    this.node = new LegacyNode({ clock, rng, post }, options);
  }

  get address(): HostPort {
    return this.machine.address;
  }

  get peers(): readonly string[] {
    return [...this.node.peers].sort();
  }

  start(): void {
    this.node.start();
  }

  answer({ path, headers, body }: HostRequest, sender: Machine): HostAnswer {
    return { headers: {}, ...this.node.answer(path, headers, body, sender.name) };
  }

  put(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<PutStatus> {
    return this.node.put(key, bytes, ttlSeconds);
  }

  get(key: string): HeldValue | undefined {
    return this.node.get(key);
  }

  /** Nodes of the old protocol go without a word. */
  drain(): Promise<void> {
    this.node.stop();
    return Promise.resolve();
  }
}

/** Starts a node of the old protocol in a world. */
export function startLegacy(world: World, options: SimLegacyOptions): SimLegacy {
  const machine = world.network.machineAt(options.address ?? world.freeAddress());
  machine.label = options.id;
  const rng = world.fork(`legacy ${options.id} ${world.everyHost.length}`);
  return world.adopt(new SimLegacy(world, rng, machine, { ...options, address: machine.address }));
}
