import { readFileSync } from 'node:fs';
import type { NodeConfig, Origins } from '../../config/node-config.js';
import { printConfig, printConfigJson } from '../../config/print.js';
import { resolveConfig } from '../../config/resolve.js';
import type { ConfigInput } from '../../config/sources.js';
import { reportError } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { firstSignal } from '../first-signal.js';
import { type CliIo, type StoppableNode, say } from '../io.js';
import { renderTable } from '../table.js';

export interface StartFlags {
  readonly printConfig?: true;
  readonly json?: true;
}

/** What a node may take longer than its drain timeout before the process ends without it. */
const GRACE_MS = 2000;

function describeConfig(io: CliIo, config: NodeConfig, origins: Origins, json: boolean): string {
  if (json) return `${printConfigJson(config, origins)}\n`;
  const rows = printConfig(config, origins).map(({ name, text, source }) => [name, text, source]);
  return renderTable(io.stdout, ['OPTION', 'VALUE', 'SOURCE'], rows);
}

async function stopNode(io: CliIo, node: StoppableNode, drainTimeoutMs: number): Promise<number> {
  const watchdog = setTimeout(() => {
    void say(io, 'the node did not stop in time');
    io.exit(EXIT.failure);
  }, drainTimeoutMs + GRACE_MS);
  try {
    await node.stop();
    return EXIT.ok;
  } catch (error) {
    return await reportError(io, error);
  } finally {
    clearTimeout(watchdog);
  }
}

/**
 * `start`: runs a node until SIGTERM or SIGINT, or until it turns out that it should not run. A signal that comes while it is still starting stops it when it has.
 */
export async function runStart(io: CliIo, flags: StartFlags, given: ConfigInput['flags']): Promise<number> {
  const readFile = (path: string): string => readFileSync(path, 'utf8');
  const result = resolveConfig({ flags: given, env: io.env, readFile });
  for (const warning of result.warnings) await say(io, `warning: ${warning}`);
  if (!result.ok) {
    for (const problem of result.problems) await say(io, problem);
    return EXIT.badConfig;
  }
  const { config, origins } = result;
  if (flags.printConfig) {
    await io.stdout.write(describeConfig(io, config, origins, flags.json === true));
    return EXIT.ok;
  }
  const signalled = firstSignal(io);
  const node = await io.startNode(config);
  const refusal = await Promise.race([signalled.then(() => undefined), ...(node.refused ? [node.refused] : [])]);
  const code = await stopNode(io, node, config.drainTimeoutMs);
  return refusal === undefined ? code : reportError(io, refusal);
}
