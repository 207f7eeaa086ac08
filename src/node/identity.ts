import { hostname } from 'node:os';
import { normaliseHost } from '../gossip/address.js';
import type { Clock } from '../gossip/ports/clock.js';
import { type Rng, randomHex } from '../gossip/ports/rng.js';
import type { Self } from '../gossip/self.js';
import type { NodeConfig } from './config/node-config.js';

/** Who this process is in the cluster. The incarnation is the start time, so that a restart beats its former self. */
export function createSelf(
  config: NodeConfig,
  boundPort: number,
  ports: { readonly clock: Clock; readonly rng: Rng },
): Self {
  return {
    id: config.nodeId ?? `${normaliseHost(hostname()) ?? 'node'}-${randomHex(ports.rng, 12)}`,
    address: { host: config.address, port: boundPort },
    gossipPort: config.gossipPort,
    enclave: config.enclave,
    incarnation: ports.clock.nowMs(),
    instance: randomHex(ports.rng, 16),
    contenders: new Map(),
  };
}
