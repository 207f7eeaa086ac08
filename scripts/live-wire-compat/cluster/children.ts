import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Every process group the runner started and has not seen end. Each child leads a group of its own, so that a command
 * that wraps the node (npx, a shell) takes the node with it.
 */
const groups = new Set<number>();
let watching = false;

export function startChild(command: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  killGroupsAtExit();
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) groups.add(pid);
  return child;
}

/** Signals the whole group; false where it has gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    groups.delete(pid);
    return false;
  }
}

export function killAllGroups(): void {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
  groups.clear();
}

/** Covers every way out of the process but SIGKILL: the end, process.exit, an uncaught error, and the signals that stop a run. */
function killGroupsAtExit(): void {
  if (watching) return;
  watching = true;
  process.on('exit', killAllGroups);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => process.exit(code));
  }
}
