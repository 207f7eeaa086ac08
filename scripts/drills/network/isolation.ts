import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

const INSIDE = 'REPRAM_DRILL_INSIDE';
const TOOLS: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  ip: 'iproute2',
  nft: 'nftables',
};
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A private /run, in which `ip netns` keeps its names; then the words that follow. */
const PREPARE = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && exec "$@"';

export function isInside(): boolean {
  return process.env[INSIDE] !== undefined;
}

/**
 * Runs this tool again in network, mount and process namespaces of its own, and resolves with its exit code. What it
 * builds in there, bridges, interfaces, the namespaces of the nodes and the nodes themselves, is gone when either of
 * the two processes has ended, however that comes.
 */
export async function runInside(args: readonly string[]): Promise<number> {
  const missing = Object.keys(TOOLS).filter((tool) => spawnSync(tool, ['--version'], { env: withSbin() }).error);
  if (missing.length > 0) {
    const names = missing.map((tool) => `${tool} (package ${TOOLS[tool]})`);
    throw new Error(`not installed: ${names.join(', ')}`);
  }
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const namespaces = ['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
  const again = [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...args];
  const child = spawn('unshare', [...user, ...namespaces, 'sh', '-c', PREPARE, 'sh', ...again], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...withSbin(), [INSIDE]: '1' },
  });
  // unshare passes no signal on. Nodes of a drill have nothing to lose.
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  for (const signal of ENDING) process.on(signal, end);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}
