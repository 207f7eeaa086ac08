import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drill } from '../drill.js';
import { type Figure, figureOf, type Target } from '../figure.js';
import { loopbackPlaces } from '../network/loopback.js';
import type { DrillNode, Place } from '../nodes/drill-node.js';
import { msUntil } from '../nodes/watch.js';
import { cacheExpiredList, turned } from '../omega/doubtful-lists.js';
import { ListPublisher } from '../omega/list-publisher.js';
import { RootedCluster } from '../omega/rooted-cluster.js';
import { SlowListServer } from '../omega/slow-list-server.js';

const REPLICATED_WITHIN_MS = 2000;
const ATTACHED_WITHIN_MS = 1000;
const TIMEOUT_MS = 30_000;
const POLL_MS = 5;
const REFUSED = 69;
/** The list comes when a node that tries again ever more rarely pauses for seconds. */
const LATE_MS = 4000;
/** Records with a bit turned that a node is offered in a run: fewer than it reads of one source. */
const TURNED = 12;
const LIFETIME_S = 3600;

interface Run {
  readonly freshMs: number | undefined;
  readonly cachedMs: number | undefined;
  readonly silentMs: number | undefined;
  /** From the answer with the list to the attachment of a node that nobody can dial. */
  readonly attachedMs: number | undefined;
  /** Starts with an expired cache that did not end as they should. */
  readonly notRefused: number;
  readonly turnedTaken: number;
}

/** What one run has at hand. */
interface Stage {
  readonly publisher: ListPublisher;
  readonly cluster: RootedCluster;
  readonly root: DrillNode;
  readonly place: () => Promise<Place>;
}

export const omegaStart: Drill = {
  name: 'omega-start',
  title: 'A node of a public network starts with a key and a domain, and nothing else',
  isolated: false,
  async run({ runs, environment }, progress) {
    const done: Run[] = [];
    for (let index = 0; index < runs; index += 1) {
      const run = await runOnce(environment);
      done.push(run);
      progress(`run ${index + 1} of ${runs}: ${describe(run)}`);
    }
    return figuresOf(done);
  },
};

async function runOnce(environment: Readonly<Record<string, string>>): Promise<Run> {
  const place = async (): Promise<Place> => {
    const [free] = await loopbackPlaces(1);
    if (free === undefined) throw new Error('no port is free');
    return free;
  };
  const publisher = await ListPublisher.open(await place());
  const cluster = new RootedCluster(publisher, environment);
  try {
    const root = cluster.add(await place());
    await cluster.found([root]);
    const stage = { publisher, cluster, root, place };
    const node = cluster.add(await place());
    const freshMs = await msUntilReplicated(node, root);
    const attachedMs = await msUntilAttached(stage);
    const turnedTaken = await offerTurned(stage);
    await publisher.stop();
    const cachedMs = await msUntilReplicated(node, root);
    const silentMs = await startSilent(stage, node);
    const notRefused = await startExpired(stage);
    return { freshMs, cachedMs, silentMs, attachedMs, notRefused, turnedTaken };
  } finally {
    await cluster.end();
    await publisher.close();
  }
}

/** From the start of the process until a write on it is answered 201 and can be read on the root; it is killed then. */
async function msUntilReplicated(node: DrillNode, root: DrillNode): Promise<number | undefined> {
  const sinceMs = performance.now();
  node.spawn();
  const watch = { timeoutMs: TIMEOUT_MS, sinceMs, everyMs: POLL_MS };
  const key = `start-${node.id}-${Math.random()}`;
  await msUntil(watch, async () => (await node.api.members()).has(root.id));
  await msUntil(watch, async () => (await node.api.put(key, Buffer.from('here'))) === 201);
  const ms = await msUntil(watch, async () => (await root.api.get(key)) === 'here');
  await node.kill();
  return ms;
}

/** Its resolver takes questions and never answers. */
async function startSilent({ publisher, root }: Stage, node: DrillNode): Promise<number | undefined> {
  const { REPRAM_OMEGA_RESOLVER: resolver = '' } = publisher.environmentOf(node.id);
  const [host, port] = resolver.split(':');
  const socket: Socket = createSocket('udp4').bind(Number(port), host);
  await once(socket, 'listening');
  try {
    return await msUntilReplicated(node, root);
  } finally {
    socket.close();
  }
}

async function startExpired({ publisher, cluster, root, place }: Stage): Promise<number> {
  const node = cluster.add(await place());
  await cacheExpiredList(publisher.cacheOf(node.id), publisher.key, [root.endpoint]);
  const { code, words } = await node.refuses();
  return code === REFUSED && words.includes('EXPIRED: the cached root list expired at') ? 0 : 1;
}

/** How many nodes take a list of which a bit was turned. */
async function offerTurned({ publisher, cluster, root, place }: Stage): Promise<number> {
  const line = lineOf(publisher, root);
  const bits = Array.from({ length: TURNED }, () => Math.floor(Math.random() * 8 * line.length));
  const file = join(publisher.folder, 'turned');
  await writeFile(file, turned(line, bits));
  const node = cluster.add(await place(), { REPRAM_OMEGA_DOMAIN: '', REPRAM_OMEGA_FILE: file });
  await rm(publisher.cacheOf(node.id), { recursive: true, force: true });
  await node.start();
  const looked = msUntil(
    { timeoutMs: TIMEOUT_MS },
    async () => (await node.api.metric('repram_omega_refreshes_total')) > 0,
  );
  const state = (await looked) === undefined ? 'no refresh' : await node.api.listState();
  await node.kill();
  return state === 'none' ? 0 : 1;
}

async function msUntilAttached({ publisher, cluster, root, place }: Stage): Promise<number | undefined> {
  const server = await SlowListServer.open(lineOf(publisher, root), LATE_MS);
  const node = cluster.add(await place(), {
    REPRAM_INBOUND: 'false',
    REPRAM_OMEGA_DOMAIN: '',
    REPRAM_OMEGA_URL: server.url,
  });
  try {
    await node.start();
    const watch = { timeoutMs: TIMEOUT_MS, everyMs: POLL_MS };
    await msUntil(watch, async () => (await node.api.parentId()) === root.id);
    return server.answeredMs === undefined ? undefined : performance.now() - server.answeredMs;
  } finally {
    await node.kill();
    server.close();
  }
}

function lineOf({ key }: ListPublisher, root: DrillNode): string {
  const expires = Math.floor(Date.now() / 1000) + LIFETIME_S;
  return key.line({ version: 'omega-v1', expires, nodes: [root.endpoint] });
}

function figuresOf(runs: readonly Run[]): readonly Figure[] {
  const soon: Target = { of: 'max', most: REPLICATED_WITHIN_MS };
  const none: Target = { of: 'max', most: 0 };
  const of = (name: keyof Run): readonly (number | undefined)[] => runs.map((run) => run[name]);
  return [
    figureOf('process start by DNS to a replicated write', 'ms', of('freshMs'), soon),
    figureOf('the same with a cache, DNS refusing', 'ms', of('cachedMs'), soon),
    figureOf('the same with a cache, DNS silent', 'ms', of('silentMs'), soon),
    figureOf('list given late to a transient attached', 'ms', of('attachedMs'), {
      of: 'max',
      most: ATTACHED_WITHIN_MS,
    }),
    figureOf('starts with an expired cache not refused by 69 and EXPIRED', '', of('notRefused'), none),
    figureOf(`nodes that took one of ${TURNED} records with a bit turned`, '', of('turnedTaken'), none),
  ];
}

function describe({ freshMs, cachedMs, silentMs, attachedMs, notRefused, turnedTaken }: Run): string {
  const times = [freshMs, cachedMs, silentMs, attachedMs].map((ms) => (ms === undefined ? 'NEVER' : Math.round(ms)));
  const wrong = notRefused + turnedTaken === 0 ? '' : `, ${notRefused} not refused, ${turnedTaken} turned taken`;
  return `fresh ${times[0]}, cached ${times[1]}, DNS silent ${times[2]}, transient ${times[3]} ms${wrong}`;
}
