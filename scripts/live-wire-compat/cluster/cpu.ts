import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Field numbers of /proc/pid/stat (proc(5)), counted from the one after the command name. */
const PROCESS_GROUP = 2;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

let ticksPerSecond: number | undefined;

/** CPU seconds the process group has used so far; undefined where there is no /proc. */
export function cpuSeconds(group: number): number | undefined {
  const ticks = processIds().map((pid) => groupTicks(pid, group));
  if (ticks.length === 0) return undefined;
  return ticks.reduce((sum, count) => sum + count, 0) / clockTicks();
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The command name may hold blanks and brackets: what follows its last bracket is safe to split. */
function groupTicks(pid: string, group: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[PROCESS_GROUP]) !== group) return 0;
    return Number(fields[USER_TICKS]) + Number(fields[SYSTEM_TICKS]);
  } catch {
    return 0;
  }
}

function clockTicks(): number {
  ticksPerSecond ??= readClockTicks();
  return ticksPerSecond;
}

function readClockTicks(): number {
  try {
    return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100;
  } catch {
    return 100;
  }
}
