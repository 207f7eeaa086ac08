import type { HostPort } from '../../../src/gossip/address.js';
import { defaultConfig } from '../../../src/node/config/resolve.js';
import { type SimConfig, SimNode } from './node.js';
import type { WorldObserver } from './observer.js';
import type { World } from './world.js';

export interface NodeOptions {
  readonly id?: string;
  /** A machine's, where a process is to run on one that exists. */
  readonly address?: HostPort;
  readonly seeds?: readonly HostPort[];
  readonly enclave?: string;
  readonly config?: Partial<SimConfig>;
}

/**
 * Makes a node of ours on its machine: what the options leave open follows from how many processes there were before.
 */
export function createNode(world: World, secret: string | undefined, options: NodeOptions): SimNode {
  const count = world.everyHost.length + 1;
  const id = options.id ?? `n${count}`;
  const address = options.address ?? world.freeAddress();
  const config: SimConfig = {
    ...defaultConfig(),
    network: 'private',
    inbound: 'true',
    nodeId: id,
    address: address.host,
    httpPort: address.port,
    enclave: options.enclave ?? 'default',
    peers: options.seeds ?? [],
    clusterSecrets: secret === undefined ? [] : [secret],
    ...options.config,
  };
  const machine = world.network.machineAt(address);
  machine.label = id;
  return new SimNode(
    {
      clock: world.clock,
      network: world.network,
      simLinks: world.links,
      discovery: world.discovery,
      machine,
      rng: world.fork(`node ${id} ${count}`),
      onRun: (process) => world.entered(process),
      log: (kind, text) => world.note(kind, text, id),
    },
    config,
  );
}

/** Tells an observer of what a node does inside. */
export function watchNode(node: SimNode, observer: WorldObserver): void {
  const { store, gossip } = node.core;
  const put = store.put.bind(store);
  store.put = (entry) => {
    const outcome = put(entry);
    observer.stored?.(node, entry, outcome);
    return outcome;
  };
  gossip.members.subscribe((event) => observer.memberChanged?.(node, event));
}
