import type { HostPort } from '../gossip/address.js';
import { Gossip } from '../gossip/gossip.js';
import { PROFILES, tuned } from '../gossip/membership/timing.js';
import type { Clock } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';
import type { Metrics } from '../gossip/ports/metrics.js';
import type { Rng } from '../gossip/ports/rng.js';
import type { Self } from '../gossip/self.js';
import { Reach } from '../gossip/topology/reach.js';
import { IsolationRecovery } from '../omega/isolation-recovery.js';
import { SeedRounds } from '../omega/seed-rounds.js';
import { seldom } from '../omega/seldom.js';
import type { LinkDialer } from '../tree/ports/link.js';
import { TreeManager } from '../tree/tree-manager.js';
import type { NodeConfig } from './config/node-config.js';
import { MemoryStore } from './store/memory-store.js';
import { HttpTransport } from './transport/http-transport.js';
import type { DialPeer } from './transport/peer-link.js';
import { AgeBound } from './wire/age-bound.js';
import { ClusterKeys } from './wire/cluster-keys.js';

export interface CorePorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly dial: DialPeer;
  readonly dialer: LinkDialer;
}

/** Where seeds come from besides the configuration. */
export interface SeedSource {
  /** The seeds as they are now. */
  seeds(): readonly HostPort[];
  /** Looks for newer ones; resolves when that is done. */
  trigger(): Promise<void>;
  /** `listener` is called when the seeds have changed. */
  subscribe(listener: () => void): void;
  stop(): void;
}

/** What makes a node a member of a cluster, without the server that peers and clients reach it by. */
export interface Core {
  readonly keys: ClusterKeys;
  readonly ageBound: AgeBound;
  readonly store: MemoryStore;
  readonly transport: HttpTransport;
  readonly gossip: Gossip;
  readonly recovery: IsolationRecovery;
  readonly seedRounds: SeedRounds;
  readonly tree: TreeManager;
}

/** How long writes, reads on quorum, and children wait at most for the seeds to be asked for the first time, in milliseconds. */
const MAX_HOLD_MS = 1000;

/** Wires the core rooms to each other: whenever a member goes, recovery looks whether it was the last. */
export function createCore(
  config: NodeConfig,
  self: Self,
  ports: CorePorts,
  { localHealth, omega }: { readonly localHealth: boolean; readonly omega?: SeedSource | undefined } = {
    localHealth: true,
  },
): Core {
  const seeds = (): readonly HostPort[] => omega?.seeds() ?? config.peers;
  const store = new MemoryStore(ports, { maxBytes: config.maxStorageBytes });
  const keys = new ClusterKeys(ports, config.clusterSecrets);
  const ageBound = new AgeBound(ports, { maxAgeMs: keys.areRequired ? config.maxMessageAgeMs : 0 });
  const transport = new HttpTransport(ports, { keys, ageBound });
  const ttl = { minSeconds: config.minTtlSeconds, maxSeconds: config.maxTtlSeconds };
  const timing = tuned(PROFILES[config.profile], config.pingIntervalMs, config.pingTimeoutMs);
  const gossip = new Gossip({ ...ports, transport, store }, self, { ...config, ttl, timing, localHealth });
  const looking = { intervalMs: config.recoveryIntervalMs };
  // A transient looks no more often than other nodes that are alone; at its start that has been done.
  const lookForSeeds = seldom(ports.clock, config.recoveryIntervalMs, () => void omega?.trigger());
  const tree = new TreeManager(
    { ...ports, store },
    self,
    { ...config, answerTimeoutMs: 2 * timing.timeoutMs },
    { gossip, signer: keys, age: ageBound, seeds, lookForSeeds },
  );
  const isIsolated = (): boolean => tree.role === 'substrate' && gossip.members.live().length === 0;
  const asked = new AbortController();
  const join = async (seeds: readonly HostPort[]): Promise<boolean> => {
    const joined = await gossip.joiner.join(seeds);
    asked.abort();
    return joined;
  };
  if (config.peers.length > 0 || omega !== undefined) {
    // Who may be no member does not take its own copy for a quorum.
    const looked = ports.clock.sleep(MAX_HOLD_MS, asked.signal).then(() => gossip.joiner.reach?.settled());
    gossip.writer.hold(looked);
    gossip.reader.hold(looked);
    tree.hold(looked);
    // A transient asks no seed: it has found the others when it is attached.
    void tree.attached.then(() => asked.abort());
  }
  const refresh = omega && { refresh: () => omega.trigger() };
  const recovery = new IsolationRecovery(ports, looking, { isIsolated, seeds, join, ...refresh });
  omega?.subscribe(() => {
    recovery.seedsChanged();
    tree.seedsChanged();
  });
  const unmet = (): readonly HostPort[] => gossip.joiner.unmet(seeds());
  const seedRounds = new SeedRounds(ports, looking, { isIsolated, unmet, join });
  gossip.members.subscribe(({ kind }) => {
    if (kind === 'evicted' || kind === 'left' || kind === 'removed') {
      // Afterwards, so that whoever listens hears of the loss before what it sets off.
      queueMicrotask(() => void recovery.trigger());
    }
  });
  const leaveTheSeeds = (): void => {
    recovery.stop();
    seedRounds.stop();
  };
  if (config.inbound === 'auto') {
    gossip.joiner.reach = new Reach(ports.clock, (isReachable) => {
      if (isReachable) return;
      leaveTheSeeds();
      tree.becomeTransient();
    });
  }
  gossip.onRemoved = () => {
    leaveTheSeeds();
    omega?.stop();
  };
  return { keys, ageBound, store, transport, gossip, recovery, seedRounds, tree };
}
