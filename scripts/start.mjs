// `npm start` on a fresh clone: installs, builds, and runs a live three-node cluster on loopback, and a node that is attached to
// it as one behind a NAT would be, until Ctrl-C.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { whenOrphaned } from './lib/orphan.mjs';
import { isAttached, peersOf } from './lib/peers-of.mjs';
import { build, CLI, install } from './lib/prepare.mjs';

const NODES = 3;
const ATTACHED = 'laptop';
const WANTED_PORT = 8080;
const READY_WITHIN_MS = 15_000;
const IMPATIENT_AFTER_MS = 1000;

install();
build();

const ports = [];
for (let i = 0; i < NODES; i++) ports.push(await freePort(WANTED_PORT + i));
const peers = ports.map((port) => `127.0.0.1:${port}`).join(',');
const nodes = ports.map((port, i) => startNode(`node-${i + 1}`, port));
const attachedPort = await freePort(WANTED_PORT + NODES);
nodes.push(startNode(ATTACHED, attachedPort, { REPRAM_INBOUND: 'false' }));
let stoppingSinceMs;

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));
whenOrphaned(() => stop(0));
for (const node of nodes) {
  node.on('exit', (code, signal) => {
    if (stoppingSinceMs !== undefined) return;
    process.stderr.write(`node ${node.pid} has ended (${signal ?? `exit ${code}`})\n`);
    if (nodes.every((other) => other.exitCode !== null || other.signalCode !== null)) process.exit(1);
  });
}
await everyoneSeesEveryone();
if (stoppingSinceMs === undefined) printWelcome();

/** In a process group of its own, so that Ctrl-C reaches it once: from here. */
function startNode(id, port, more = {}) {
  const env = { ...process.env, REPRAM_NODE_ID: id, REPRAM_HTTP_PORT: String(port), REPRAM_PEERS: peers };
  Object.assign(env, { REPRAM_HOST: '127.0.0.1', REPRAM_ADDRESS: '127.0.0.1', REPRAM_NETWORK: 'private' });
  env.REPRAM_LOG_LEVEL ??= 'warn';
  Object.assign(env, more);
  return spawn(process.execPath, [CLI], { env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
}

async function everyoneSeesEveryone() {
  const deadlineMs = Date.now() + READY_WITHIN_MS;
  while (stoppingSinceMs === undefined) {
    const counts = await Promise.all(ports.map(peersOf));
    if (counts.every((count) => count === NODES - 1) && (await isAttached(attachedPort))) return;
    if (Date.now() > deadlineMs) {
      process.stderr.write('the nodes did not find each other in time; stopping\n');
      await stop(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function printWelcome() {
  const [first, second, third, attached] = [...ports, attachedPort].map((port) => `http://127.0.0.1:${port}`);
  process.stdout.write(`
A cluster of ${NODES} nodes is running, and one that is attached to it as if it were behind a NAT:
  ${first}   ${second}   ${third}   ${attached}

Try, in another terminal:
  curl -X PUT -d 'hello, for ten minutes' '${first}/v1/data/greeting?ttl=600'   # 201: a quorum holds it
  curl -i ${third}/v1/data/greeting                                            # any node has it; see X-Remaining-TTL
  curl ${attached}/v1/data/greeting                                               # so has the one that is attached
  node dist/node/cli/main.js peers --url ${attached}                              # whom it is attached to
  kill -9 ${nodes[1].pid} && sleep 4 && curl ${first}/v1/topology                     # lose a node: the others notice

Ctrl-C stops it.
`);
}

/** Asks every node to drain, and waits. Who asks again after a moment does not want to wait. */
async function stop(code) {
  if (stoppingSinceMs !== undefined) {
    if (Date.now() - stoppingSinceMs > IMPATIENT_AFTER_MS) for (const node of nodes) node.kill('SIGKILL');
    return;
  }
  stoppingSinceMs = Date.now();
  const running = nodes.filter((node) => node.exitCode === null && node.signalCode === null);
  const ended = running.map((node) => once(node, 'exit'));
  for (const node of running) node.kill('SIGTERM');
  await Promise.all(ended);
  process.stdout.write('stopped\n');
  process.exit(code);
}

/** The wanted port if nobody has it, else one that the operating system chooses. */
async function freePort(wanted) {
  for (const port of [wanted, 0]) {
    const server = createServer();
    const bound = await new Promise((resolve) => {
      server.once('error', () => resolve(undefined));
      server.listen(port, '127.0.0.1', () => resolve(server.address().port));
    });
    if (bound === undefined) continue;
    server.close();
    await once(server, 'close');
    return bound;
  }
  throw new Error('no free port');
}
