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
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A private /run, in which `ip netns` keeps its names; then the words that follow. */
const PREPARE = 'mount -t tmpfs tmpfs /run && mkdir /run/netns && ip link set lo up && exec "$@"';

export function isInside(): boolean {
  return process.env[INSIDE] !== undefined;
}

/**
 * Runs this tool again in network and mount namespaces of its own, and resolves with its exit code. What it builds in
 * there, bridges, interfaces and the namespaces of the nodes, is gone with its last process, however that ends.
 */
export async function runInside(args: readonly string[]): Promise<number> {
  const missing = Object.keys(TOOLS).filter((tool) => spawnSync(tool, ['--version'], { env: withSbin() }).error);
  if (missing.length > 0) {
    const names = missing.map((tool) => `${tool} (package ${TOOLS[tool]})`);
    throw new Error(`not installed: ${names.join(', ')}`);
  }
  const asRoot = process.getuid?.() === 0;
  const unshare = [...(asRoot ? [] : ['--user', '--map-root-user']), '--net', '--mount', '--propagation', 'private'];
  const again = [process.execPath, ...process.execArgv, process.argv[1] ?? '', ...args];
  const child = spawn('unshare', [...unshare, 'sh', '-c', PREPARE, 'sh', ...again], {
    // Its input ends with this process, which is how it notices.
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...withSbin(), [INSIDE]: '1' },
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}

/** Ends this process, and by that its nodes, when the one outside has gone. */
export function endWithOutside(): void {
  process.stdin.on('end', () => process.exit(1));
  process.stdin.resume();
}

function withSbin(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
}
