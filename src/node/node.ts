import { formatHostPort } from '../gossip/address.js';
import type { RepramError } from '../gossip/error.js';
import type { Log } from '../gossip/ports/log.js';
import { hasRootListSource } from './config/checks.js';
import type { NodeConfig } from './config/node-config.js';
import { createCore } from './core.js';
import { EventLog, type NodeEvents } from './events/event-log.js';
import { observeCore } from './events/observe.js';
import { createFront } from './http/front.js';
import { HttpServer, type RequestHandlers } from './http/http-server.js';
import { countMalformed } from './http/request-fault.js';
import { createSelf } from './identity.js';
import type { Omega } from './omega/create-omega.js';
import { EventLoopLag } from './runtime/event-loop-lag.js';
import { createLog } from './runtime/pino-log.js';
import { PrometheusMetrics } from './runtime/prometheus.js';
import { systemClock } from './runtime/system-clock.js';
import { systemRng } from './runtime/system-rng.js';
import { drainAndStop } from './shutdown.js';
import { dialPeer } from './transport/dial-peer.js';
import { WsAcceptor } from './tree/ws-acceptor.js';
import { WsDialer } from './tree/ws-dialer.js';
import { WsLinks } from './tree/ws-links.js';

/** A node that serves. */
export interface RunningNode {
  readonly nodeId: string;
  /** Where other nodes and clients reach it: the advertised address and the bound port. */
  readonly url: string;
  readonly port: number;
  /**
   * Resolves when a seed has let the node join, or the first recovery cycle has ended without; at once without seeds. For
   * a node that cannot be dialled, when it is attached for the first time.
   */
  readonly joined: Promise<void>;
  /**
   * Resolves, if ever, once the first look for a root list is over and all there is has expired, on a public network without
   * peers given by hand: the node goes on looking, and should be stopped rather than serve alone.
   */
  readonly refused: Promise<RepramError>;
  /** What happens to the members, and to this node among them. */
  readonly events: NodeEvents;
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
 * @throws RepramError `CANNOT_BIND` where the port or address cannot be bound, `BAD_CONFIG` where a root list is to be found
 * and no key says which one counts
 */
export async function startNode(config: NodeConfig, options: StartOptions = {}): Promise<RunningNode> {
  const server = new HttpServer();
  const omegaOf = await omegaFactory(config);
  let node: NodeParts | undefined;
  await server.listen(config.httpPort, config.host, (port) => {
    node = assemble(config, options, { server, port, omegaOf });
    return node.handlers;
  });
  if (node === undefined) throw new TypeError('listening without a node');
  return run(config, node);
}

type OmegaFactory = typeof import('./omega/create-omega.js')['createOmega'];

/** What it takes to verify a root list is loaded only where one is to be found. */
async function omegaFactory(config: NodeConfig): Promise<OmegaFactory | undefined> {
  return hasRootListSource(config) ? (await import('./omega/create-omega.js')).createOmega : undefined;
}

interface Ground {
  readonly server: HttpServer;
  readonly port: number;
  readonly omegaOf: OmegaFactory | undefined;
}

/** When what is not needed for a start is loaded, in milliseconds after it. */
const WARM_UP_MS = 500;

type NodeParts = ReturnType<typeof assemble>;

/** Wires one node together around a bound server. */
function assemble(config: NodeConfig, options: StartOptions, { server, port, omegaOf }: Ground) {
  const [clock, rng, metrics] = [systemClock, systemRng, new PrometheusMetrics()];
  const self = createSelf(config, port, { clock, rng });
  const log = options.log ?? createLog({ level: config.logLevel, format: config.logFormat }, self.id);
  const ports = { clock, rng, log, metrics };
  const links = new WsLinks(ports);
  const omega: Omega | undefined = omegaOf?.(config, self.address, ports);
  const dialer = new WsDialer(links);
  const core = createCore(config, self, { ...ports, dial: dialPeer, dialer }, { localHealth: true, omega });
  const events = new EventLog(ports);
  observeCore(core, events);
  const front = createFront(config, self, core, { ...ports, events }, omega);
  const { tree } = core;
  const acceptor = new WsAcceptor(ports, {
    links,
    gate: front.gate,
    mayAccept: () => tree.mayAccept,
    onLink: (link) => tree.accept(link),
  });
  const handlers: RequestHandlers = { ...front.handlers, upgrade: acceptor.upgrade };
  const lag = new EventLoopLag(ports);
  const dropped = metrics.counter('repram_connections_dropped_total', 'Connections closed: too many are open.');
  const malformed = countMalformed(metrics);
  server.onDrop = () => dropped.inc();
  server.onFault = () => malformed.inc();
  metrics.gauge('repram_connections_open', 'Open connections of clients and peers.', () => server.openConnections);
  metrics.gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  return { ...ports, ...core, ...front, handlers, acceptor, omega, self, lag, server, events };
}

function run(config: NodeConfig, node: NodeParts): RunningNode {
  const { self, clock, log, store, gossip, recovery, seedRounds, tree, acceptor, omega, lag } = node;
  const url = `http://${formatHostPort(self.address)}`;
  warnOf(config, log, omega !== undefined);
  store.start();
  gossip.start();
  const isTransient = config.inbound === 'false';
  if (!isTransient) {
    recovery.start();
    seedRounds.start();
  }
  lag.start();
  if (config.clusterSecrets.length > 0) {
    log.info('messages are signed', { secrets: config.clusterSecrets.length, maxAgeMs: config.maxMessageAgeMs });
  }
  log.info('node started', { url, enclave: self.enclave, network: config.network, peers: config.peers.length });
  const listed = omega?.start();
  const joined = isTransient
    ? tree.attached
    : (listed ?? Promise.resolve()).then(() => recovery.trigger({ refresh: false }));
  if (isTransient) tree.becomeTransient();
  const warmUp = clock.setTimer(WARM_UP_MS, () => void acceptor.warmUp());
  let stopped: Promise<void> | undefined;
  return {
    nodeId: self.id,
    url,
    port: self.address.port,
    joined,
    refused: refusal(config, omega, listed),
    events: node.events,
    stop: () => {
      warmUp.cancel();
      stopped ??= drainAndStop(node, config.drainTimeoutMs);
      return stopped;
    },
  };
}

function refusal(
  config: NodeConfig,
  omega: Omega | undefined,
  listed: Promise<void> | undefined,
): Promise<RepramError> {
  return new Promise((resolve) => {
    if (omega === undefined) return;
    void listed?.then(async () => {
      const { refusalOf } = await import('./omega/refusal.js');
      const error = refusalOf(config, omega);
      if (error !== undefined) resolve(error);
    });
  });
}

/** What an operator should know about a configuration that is allowed and yet may not be meant. */
function warnOf(config: NodeConfig, log: Log, hasOmega: boolean): void {
  if (config.inbound === 'false' && config.peers.length === 0 && !hasOmega) {
    log.warn('a node that cannot be dialled attaches to one of its peers, and none are given: it stays alone');
  }
  if (config.network === 'public' && config.clusterSecrets.length > 0) {
    log.warn('a cluster secret on a public network keeps out everybody who does not know it');
  }
}
