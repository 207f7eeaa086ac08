import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../config/duration.js';
import { URL_VARIABLE } from '../config/sources.js';

/** What every client command takes. */
export interface ClientFlags {
  readonly url?: string;
  readonly json?: true;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The node that is meant when none is named. */
export const DEFAULT_URL = 'http://localhost:8080';
const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 60 * 60 * 1000;

function timeoutMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1 || ms > MAX_TIMEOUT_MS) {
    throw new InvalidArgumentError('It takes a duration from 1ms to 1h, such as 500ms, 2s or 2 (seconds).');
  }
  return ms;
}

export function timeoutOption(): Option {
  return new Option('--timeout <duration>', 'Longest time for each answer')
    .default(DEFAULT_TIMEOUT_MS, '10s')
    .argParser(timeoutMs);
}

export function addClientOptions(command: Command): void {
  const group = 'Node:';
  command.addOption(
    new Option('--url <url>', `Node to talk to [${URL_VARIABLE}; default: ${DEFAULT_URL}]`).helpGroup(group),
  );
  command.addOption(timeoutOption().helpGroup(group));
  command.option('--json', 'Print JSON');
}
