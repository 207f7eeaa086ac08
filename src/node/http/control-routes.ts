import { Hono } from 'hono';
import type { Gossip } from '../../gossip/gossip.js';
import type { Store } from '../../gossip/ports/store.js';
import type { OmegaStatus } from '../../omega/status.js';
import type { TreeManager } from '../../tree/tree-manager.js';
import type { PrometheusMetrics } from '../runtime/prometheus.js';
import { BASE_HEADERS, corsHeaders, pairsOf } from './headers.js';
import type { Readiness } from './readiness.js';
import { treeStatus, treeTopology } from './tree-answers.js';

export interface ControlParts {
  readonly identity: { readonly nodeId: string; readonly network: string; readonly enclave: string };
  readonly gossip: Gossip;
  readonly tree: TreeManager;
  readonly store: Store;
  readonly metrics: PrometheusMetrics;
  readonly readiness: Readiness;
  readonly uptimeMs: () => number;
  /** What is known of the signed root list, where the node is told where to find it. */
  readonly omega?: () => OmegaStatus;
}

const ALLOW = 'GET, HEAD, OPTIONS';
const BASE_PAIRS = pairsOf(BASE_HEADERS);

/** The control plane: everything but data and gossip, by routes. */
export function controlRoutes(parts: ControlParts): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    const headers = [...BASE_PAIRS, ...pairsOf(corsHeaders(c.req.header('origin')))];
    for (const [name, value] of headers) c.res.headers.set(name, value);
  });
  const { nodeId, network, enclave } = parts.identity;
  const health = { status: 'healthy', node_id: nodeId, network, enclave };

  app.get('/livez', (c) => c.text('ok'));
  app.get('/readyz', (c) => {
    const report = parts.readiness.report();
    const verbose = c.req.query('verbose') !== undefined;
    return c.text(verbose ? report.text : report.summary, report.ready ? 200 : 503);
  });
  app.get('/v1/health', (c) => c.json(health));
  app.get('/v1/status', (c) => {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const memory = { rss, heap_used: heapUsed, heap_total: heapTotal, external };
    const uptime = `${Math.floor(parts.uptimeMs() / 1000)}s`;
    const omega = parts.omega && { omega: parts.omega() };
    return c.json({ ...health, uptime, memory, ...treeStatus(parts.tree), ...omega });
  });
  app.get('/v1/topology', (c) => {
    const verbose = c.req.query('verbose') !== undefined;
    const peers = parts.tree.role === 'substrate' ? topology(parts.gossip, verbose) : carriers(parts.tree);
    return c.json({ node_id: nodeId, enclave, peers, ...treeTopology(parts.tree) });
  });
  app.get('/v1/keys', (c) => c.json(keyPage(parts.store, c.req.query())));
  app.get('/v1/metrics', async (c) =>
    c.body(await parts.metrics.text(), 200, { 'Content-Type': parts.metrics.contentType }),
  );
  for (const { path } of [...app.routes]) {
    if (path !== '/*') app.all(path, (c) => c.text(`Method not allowed; allowed: ${ALLOW}`, 405, { Allow: ALLOW }));
  }
  app.notFound((c) => c.text('Not found', 404));
  return app;
}

function topology(gossip: Gossip, verbose: boolean): object[] {
  return gossip.members.live().map((member) => ({
    id: member.id,
    address: member.address.host,
    http_port: member.address.port,
    enclave: member.enclave,
    ...(verbose && { x: { state: member.state, strikes: member.strikes, incarnation: member.extension?.incarnation } }),
  }));
}

/** Whom a node knows that is no member: those it could be attached to. */
function carriers({ transient }: TreeManager): object[] {
  return transient.members.map(({ id, address, httpPort, enclave }) => ({ id, address, http_port: httpPort, enclave }));
}

/** A limit that is no positive integer is no limit (wire v1). */
function keyPage(store: Store, query: Readonly<Record<string, string>>): object {
  const { prefix, cursor, limit = '' } = query;
  const most = /^\d{1,15}$/.test(limit) ? Number(limit) : 0;
  const page = store.keys({
    ...(prefix !== undefined && { prefix }),
    ...(cursor !== undefined && cursor !== '' && { cursor }),
    ...(most > 0 && { limit: most }),
  });
  return { keys: page.keys, ...(page.nextCursor !== undefined && { next_cursor: page.nextCursor }) };
}
