import { readdirSync, readFileSync } from 'node:fs';
import { cpuSeconds } from '../scripts/live-wire-compat/cluster/cpu.js';
import type { NodeProcess } from '../scripts/live-wire-compat/cluster/node-process.js';

/** CPU seconds that all of the nodes have used so far. */
export function cpuSecondsOf(nodes: readonly NodeProcess[]): number {
  return nodes.reduce((sum, node) => sum + (cpuSeconds(node.pid) ?? Number.NaN), 0);
}

/** Resident memory of a node and of whatever its command started, in MiB; NaN where there is no /proc. */
export function residentMiB(node: NodeProcess): number {
  const kibibytes = processIds().map((pid) => residentKiB(pid, node.pid));
  return kibibytes.length === 0 ? Number.NaN : kibibytes.reduce((sum, size) => sum + size, 0) / 1024;
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** 0 for a process of another group, and for one that has just ended. */
function residentKiB(pid: string, group: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const processGroup = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2];
    if (Number(processGroup) !== group) return 0;
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
