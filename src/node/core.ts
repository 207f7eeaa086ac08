import { Gossip } from '../gossip/gossip.js';
import type { Clock } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';
import type { Metrics } from '../gossip/ports/metrics.js';
import type { Rng } from '../gossip/ports/rng.js';
import type { Self } from '../gossip/self.js';
import { IsolationRecovery } from '../omega/isolation-recovery.js';
import type { NodeConfig } from './config/node-config.js';
import { MemoryStore } from './store/memory-store.js';
import { HttpTransport } from './transport/http-transport.js';

export interface CorePorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What makes a node a member of a cluster, without the server that peers and clients reach it by. */
export interface Core {
  readonly store: MemoryStore;
  readonly transport: HttpTransport;
  readonly gossip: Gossip;
  readonly recovery: IsolationRecovery;
}

/** Wires the core rooms to each other: whenever a member goes, recovery looks whether it was the last. */
export function createCore(config: NodeConfig, self: Self, ports: CorePorts): Core {
  const store = new MemoryStore(ports, { maxBytes: config.maxStorageBytes });
  const transport = new HttpTransport(ports, { secret: config.clusterSecret });
  const ttl = { minSeconds: config.minTtlSeconds, maxSeconds: config.maxTtlSeconds };
  const gossip = new Gossip({ ...ports, transport, store }, self, { ...config, ttl });
  const recovery = new IsolationRecovery(
    ports,
    { intervalMs: config.recoveryIntervalMs },
    {
      isIsolated: () => gossip.members.live().length === 0,
      seeds: () => config.peers,
      join: (seeds) => gossip.joiner.join(seeds),
    },
  );
  gossip.members.subscribe(({ kind }) => {
    if (kind === 'evicted' || kind === 'left') void recovery.trigger();
  });
  return { store, transport, gossip, recovery };
}
