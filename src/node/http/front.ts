import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { RepairStatus } from '../../gossip/repair/repairer.js';
import type { Self } from '../../gossip/self.js';
import type { Tombstone } from '../../gossip/wire/news.js';
import type { TreeManager } from '../../tree/tree-manager.js';
import type { NodeConfig } from '../config/node-config.js';
import type { Core } from '../core.js';
import type { EventLog } from '../events/event-log.js';
import { eventMember } from '../events/member-events.js';
import type { Omega } from '../omega/create-omega.js';
import type { PrometheusMetrics } from '../runtime/prometheus.js';
import { BodyReader } from './body.js';
import { controlRoutes } from './control-routes.js';
import { DataRoutes } from './data-routes.js';
import { EventRoutes } from './event-routes.js';
import { Gate } from './gate.js';
import type { RequestHandlers } from './http-server.js';
import { InFlight } from './in-flight.js';
import { PeerDesk } from './peer-desk.js';
import { PeerRoutes } from './peer-routes.js';
import { Readiness, type ReadinessCheck } from './readiness.js';
import { repairLine } from './repair-line.js';
import { countMalformed } from './request-fault.js';
import { Router } from './router.js';

export interface Front {
  readonly gate: Gate;
  /** The writes of clients that are under way, from the first byte of the request to the answer. */
  readonly writes: InFlight;
  /** The readers of events. */
  readonly streams: EventRoutes;
  readonly handlers: RequestHandlers;
}

/** Wires the routes of both planes to a core. */
export function createFront(
  config: NodeConfig,
  self: Self,
  core: Core,
  ports: { readonly clock: Clock; readonly log: Log; readonly metrics: PrometheusMetrics; readonly events: EventLog },
  omega?: Omega,
): Front {
  const { clock, log, metrics, events } = ports;
  const { trustProxy } = config;
  const { gossip, store, keys, ageBound, tree } = core;
  const gate = new Gate(ports, config);
  const bodies = new BodyReader(ports, config);
  const admission = omega && { admitsJoiners: () => omega.admitsJoiners() };
  const isMember = (): boolean => tree.role === 'substrate';
  const desk = new PeerDesk(ports, { gossip, gate, keys, ageBound, isMember, ...admission });
  const writes = new InFlight();
  const malformed = countMalformed(metrics);
  const members = () => gossip.members.live().map(eventMember);
  const streams = new EventRoutes(ports, { nodeId: self.id, events, members, malformed, trustProxy });
  const startedMs = clock.monotonicMs();
  const readiness = new Readiness(() => [
    { name: 'serving', ok: !gate.draining, detail: gate.draining ? 'draining' : 'accepting requests' },
    membershipCheck(gossip.removal),
    { name: 'peers', ok: true, detail: `${gossip.members.live().length} live` },
    treeCheck(tree),
    { name: 'data', ok: true, detail: repairLine(repairStatus(core)) },
  ]);
  const router = new Router({
    log,
    malformed,
    gate,
    bodies,
    data: new DataRoutes({ clock, malformed, store, writer: gossip.writer, reader: gossip.reader, bodies, writes }),
    peers: new PeerRoutes({ desk, bodies, gate }),
    events: streams,
    control: controlRoutes({
      identity: { nodeId: self.id, network: config.network, enclave: config.enclave },
      ...{ gossip, store, metrics, readiness, tree },
      ...(omega && { omega: () => omega.status() }),
      uptimeMs: () => clock.monotonicMs() - startedMs,
    }),
  });
  const handlers = {
    request: router.handle,
    expectation: router.handleExpectation,
    unknownExpectation: router.handleUnknownExpectation,
  };
  return { gate, writes, streams, handlers };
}

/** A node that an operator has removed serves what it holds, and should be sent nothing new. */
function membershipCheck(removal: Tombstone | undefined): ReadinessCheck {
  if (removal === undefined) return { name: 'member', ok: true, detail: 'not removed' };
  return { name: 'member', ok: false, detail: `removed by ${removal.by}: restart the node to join again` };
}

/** A node without a parent serves what it has, and keeps what it is given until it has one. */
function treeCheck({ role, substrate, transient }: TreeManager): ReadinessCheck {
  if (role === 'substrate')
    return { name: 'tree', ok: true, detail: `substrate, ${substrate.children.length} attached` };
  const { parent, state } = transient.status;
  return { name: 'tree', ok: true, detail: parent === undefined ? `transient, ${state}` : `attached to ${parent.id}` };
}

function repairStatus({ gossip, tree }: Core): RepairStatus {
  return tree.role === 'substrate' ? gossip.repair.status : tree.transient.status.repair;
}
