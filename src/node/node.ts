import { formatHostPort } from '../gossip/address.js';
import { Gossip } from '../gossip/gossip.js';
import type { Log } from '../gossip/ports/log.js';
import { IsolationRecovery } from '../omega/isolation-recovery.js';
import type { NodeConfig } from './config/node-config.js';
import { BodyReader } from './http/body.js';
import { controlRoutes } from './http/control-routes.js';
import { DataRoutes } from './http/data-routes.js';
import { Gate } from './http/gate.js';
import { HttpServer, type RequestHandlers } from './http/http-server.js';
import { PeerRoutes } from './http/peer-routes.js';
import { Readiness } from './http/readiness.js';
import { Router } from './http/router.js';
import { createSelf } from './identity.js';
import { createLog } from './runtime/pino-log.js';
import { PrometheusMetrics } from './runtime/prometheus.js';
import { systemClock } from './runtime/system-clock.js';
import { systemRng } from './runtime/system-rng.js';
import { drainAndStop } from './shutdown.js';
import { MemoryStore } from './store/memory-store.js';
import { HttpTransport } from './transport/http-transport.js';

/** A node that serves. */
export interface RunningNode {
  readonly nodeId: string;
  /** Where other nodes and clients reach it: the advertised address and the bound port. */
  readonly url: string;
  readonly port: number;
  /** Resolves once the first attempt to join is over, whether or not a seed answered. */
  readonly joined: Promise<void>;
  /** Drains and stops: see `drainAndStop`. Calling it again gives the same promise. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Takes the place of the log on standard error. */
  readonly log?: Log;
}

/**
 * Starts a node: binds, then joins through the seeds in the background.
 *
 * @throws RepramError `CANNOT_BIND` where the port or address cannot be bound
 */
export async function startNode(config: NodeConfig, options: StartOptions = {}): Promise<RunningNode> {
  const server = new HttpServer();
  let node: NodeParts | undefined;
  await server.listen(config.httpPort, config.host, (port) => {
    node = assemble(config, options, server, port);
    return node.handlers;
  });
  if (node === undefined) throw new TypeError('listening without a node');
  return run(config, node);
}

type NodeParts = ReturnType<typeof assemble>;

/** Wires one node together around a bound server. */
function assemble(config: NodeConfig, options: StartOptions, server: HttpServer, port: number) {
  const [clock, rng, metrics] = [systemClock, systemRng, new PrometheusMetrics()];
  const self = createSelf(config, port, { clock, rng });
  const log = options.log ?? createLog({ level: config.logLevel, format: config.logFormat }, self.id);
  const store = new MemoryStore({ clock, metrics, log }, { maxBytes: config.maxStorageBytes });
  const transport = new HttpTransport({ metrics }, { secret: config.clusterSecret });
  const ttl = { minSeconds: config.minTtlSeconds, maxSeconds: config.maxTtlSeconds };
  const gossip = new Gossip({ clock, rng, transport, store, log, metrics }, self, { ...config, ttl });
  const recovery = new IsolationRecovery(
    { clock, rng, log, metrics },
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
  const gate = new Gate({ clock, metrics }, config);
  const bodies = new BodyReader({ metrics });
  const startedMs = clock.monotonicMs();
  const dropped = metrics.counter('repram_connections_dropped_total', 'Connections closed: too many are open.');
  server.onDrop = () => dropped.inc();
  metrics.gauge('repram_connections_open', 'Open connections of clients and peers.', () => server.openConnections);
  const readiness = new Readiness(() => [
    { name: 'serving', ok: !gate.draining, detail: gate.draining ? 'draining' : 'accepting requests' },
    { name: 'peers', ok: true, detail: `${gossip.members.live().length} live` },
  ]);
  const router = new Router({
    log,
    gate,
    bodies,
    data: new DataRoutes({ clock, store, writer: gossip.writer, bodies }),
    peers: new PeerRoutes({ metrics }, { gossip, bodies, gate, secret: config.clusterSecret }),
    control: controlRoutes({
      identity: { nodeId: self.id, network: config.network, enclave: config.enclave },
      ...{ gossip, store, metrics, readiness },
      uptimeMs: () => clock.monotonicMs() - startedMs,
    }),
  });
  const handlers: RequestHandlers = {
    request: router.handle,
    expectation: router.handleExpectation,
    unknownExpectation: router.handleUnknownExpectation,
  };
  return { clock, log, self, store, transport, gossip, recovery, gate, server, handlers };
}

function run(config: NodeConfig, node: NodeParts): RunningNode {
  const { self, log, store, gossip, recovery } = node;
  const url = `http://${formatHostPort(self.address)}`;
  warnOf(config, log);
  store.start();
  gossip.start();
  recovery.start();
  log.info('node started', { url, enclave: self.enclave, network: config.network, peers: config.peers.length });
  let stopped: Promise<void> | undefined;
  return {
    nodeId: self.id,
    url,
    port: self.address.port,
    joined: recovery.trigger(),
    stop: () => {
      stopped ??= drainAndStop(node, config.drainTimeoutMs);
      return stopped;
    },
  };
}

/** What an operator should know about a configuration that is allowed and yet may not be meant. */
function warnOf(config: NodeConfig, log: Log): void {
  if (config.inbound === 'false') {
    log.warn('attachment over WebSocket is not part of this version: the node takes part as one that can be dialled');
  }
  if (config.network === 'public' && config.clusterSecret !== undefined) {
    log.warn('a cluster secret on a public network keeps out everybody who does not know it');
  }
}
