// Proves the tarball: packs, installs it into an empty folder, and runs three nodes from there with npx.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peersOf } from './lib/peers-of.mjs';
import { build, install, ROOT } from './lib/prepare.mjs';

const SEES_ALL_WITHIN_MS = 15_000;

install();
build();
const folder = mkdtempSync(join(tmpdir(), 'repram-pack-'));
const nodes = [];
process.on('exit', () => {
  for (const node of nodes) if (node.exitCode === null && node.signalCode === null) killGroup(node, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const tarball = step(['pack', '--silent', '--pack-destination', folder], ROOT).trim().split('\n').at(-1);
step(['init', '--yes'], folder);
step(['install', '--silent', '--no-audit', '--no-fund', join(folder, tarball)], folder);
const version = spawnSync('npx', ['repram-node', '--version'], { cwd: folder, encoding: 'utf8' }).stdout.trim();

const ports = [await freePort(), await freePort(), await freePort()];
for (const port of ports) nodes.push(startNode(port));
await everyoneSeesEveryone();
const url = (port) => `http://127.0.0.1:${port}/v1/data/packed`;
const put = await fetch(url(ports[0]), { method: 'PUT', body: 'from the tarball' });
const read = await (await fetch(url(ports[2]))).text();
if (put.status !== 201 || read !== 'from the tarball') fail(`PUT gave ${put.status}, GET gave ${JSON.stringify(read)}`);
for (const node of nodes) killGroup(node, 'SIGTERM');
await Promise.all(nodes.map((node) => (node.exitCode === null ? once(node, 'exit') : undefined)));
process.stdout.write(`${tarball}: repram-node ${version} runs as a cluster of three from an empty folder\n`);
process.exit(0);

/** In a process group of its own: npx stands between this process and the node. */
function startNode(port) {
  const args = ['repram-node', '--host', '127.0.0.1', '--address', '127.0.0.1', '--http-port', String(port)];
  args.push('--network', 'private', '--peers', ports.map((peer) => `127.0.0.1:${peer}`).join(','));
  const env = { ...process.env, REPRAM_LOG_LEVEL: 'warn' };
  return spawn('npx', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'], detached: true });
}

function killGroup(node, signal) {
  try {
    process.kill(-node.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function everyoneSeesEveryone() {
  const deadlineMs = Date.now() + SEES_ALL_WITHIN_MS;
  for (;;) {
    const counts = await Promise.all(ports.map(peersOf));
    if (counts.every((count) => count === ports.length - 1)) return;
    if (Date.now() > deadlineMs) fail(`the nodes see ${counts.join(', ')} peers`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function step(args, cwd) {
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) fail(`npm ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
