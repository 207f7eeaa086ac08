import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startChild } from '../../scripts/live-wire-compat/cluster/children.js';
import { expectedStatus, type Generator, LOAD_KEYS, type Load, type LoadResult, VALUE_BYTES } from './generator.js';

const WRK = 'wrk';

export function isWrkInstalled(): boolean {
  return spawnSync(WRK, ['--version']).error === undefined;
}

/** Runs as a process of its own, in C: a few µs of CPU a request. */
export const wrkGenerator: Generator = {
  name: 'wrk',
  async run(load: Load): Promise<LoadResult> {
    const folder = mkdtempSync(join(tmpdir(), 'repram-bench-'));
    const remove = (): void => rmSync(folder, { recursive: true, force: true });
    // A signal ends the process without coming back here.
    process.once('exit', remove);
    try {
      const script = join(folder, 'load.lua');
      writeFileSync(script, scriptOf(load));
      return resultOf(await output(load, script));
    } finally {
      process.removeListener('exit', remove);
      remove();
    }
  },
};

async function output(load: Load, script: string): Promise<string> {
  const { connections, seconds, url } = load;
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script];
  const child = startChild(WRK, [...flags, url.origin], process.env);
  if (child.stdout === null || child.stderr === null) throw new TypeError('wrk has no output');
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject));
  const [printed, complaints] = await Promise.race([Promise.all([text(child.stdout), text(child.stderr)]), failed]);
  if (!printed.includes(MARK)) throw new Error(`wrk: ${complaints.trim() || printed.trim()}`);
  return printed;
}

const MARK = 'repram-bench ';

function resultOf(printed: string): LoadResult {
  const [requests = 0, elapsedUs = 0, p50Us = 0, p99Us = 0, unexpected = 0] = printed
    .slice(printed.indexOf(MARK) + MARK.length)
    .split(' ')
    .map(Number);
  const perSecond = requests / (elapsedUs / 1e6);
  return { requests, perSecond, p50Ms: p50Us / 1000, p99Ms: p99Us / 1000, unexpected };
}

/** The requests are built before the load begins. Times are in µs. Looking at each status costs, and a GET that fails is counted by wrk itself. */
function scriptOf({ method }: Load): string {
  const count = `
other = 0
function response(status) if status ~= ${expectedStatus(method)} then other = other + 1 end end`;
  return `
local requests, n = {}, 0
local thread
function setup(t) thread = t end
function init()
  local body = ${method === 'PUT' ? `string.rep("x", ${VALUE_BYTES})` : 'nil'}
  for i = 1, ${LOAD_KEYS} do requests[i] = wrk.format("${method}", "/v1/data/load-" .. (i - 1), nil, body) end
end
function request() n = n % ${LOAD_KEYS} + 1; return requests[n] end
${method === 'PUT' ? count : ''}
function done(summary, latency)
  local errors = summary.errors
  local other = ${method === 'PUT' ? 'thread:get("other")' : 'errors.status'}
  other = other + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("${MARK}%d %d %d %d %d \\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), other))
end
`;
}
