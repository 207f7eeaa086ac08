import { parseFlags, parseWhole, UsageError } from '../lib/usage.js';
import { commandOf } from './cluster/command.js';

export interface Options {
  readonly nodes: readonly URL[];
  readonly spawns: readonly string[];
  readonly secret?: string;
  readonly report?: string;
  readonly only: readonly string[];
  readonly strict: boolean;
  readonly list: boolean;
  readonly help: boolean;
  readonly recorderAddress?: string;
  readonly evictionTimeoutMs: number;
  readonly topologyTimeoutMs: number;
  readonly idleSeconds: number;
}

const FLAGS = {
  node: { type: 'string', multiple: true },
  spawn: { type: 'string', multiple: true },
  secret: { type: 'string' },
  report: { type: 'string' },
  only: { type: 'string', multiple: true },
  strict: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  'recorder-address': { type: 'string' },
  'eviction-timeout': { type: 'string' },
  'topology-timeout': { type: 'string' },
  'idle-seconds': { type: 'string' },
} as const;

const MAX_SECONDS = 3600;

export function parseOptions(args: readonly string[]): Options {
  const values = parseFlags(args, FLAGS);
  const { secret, report } = values;
  if (secret === '') throw new UsageError('--secret must not be empty; leave it out for a node without a secret');
  if (report === '') throw new UsageError('--report must name a file');
  const address = values['recorder-address'];
  if (address === '') throw new UsageError('--recorder-address must be an address of this machine, such as 192.0.2.7');
  return {
    nodes: (values.node ?? []).map(parseUrl),
    spawns: (values.spawn ?? []).map(checkCommand),
    ...(secret === undefined ? {} : { secret }),
    ...(report === undefined ? {} : { report }),
    only: values.only ?? [],
    strict: values.strict ?? false,
    list: values.list ?? false,
    help: values.help ?? false,
    ...(address === undefined ? {} : { recorderAddress: address }),
    evictionTimeoutMs: 1000 * parseSeconds('eviction-timeout', values['eviction-timeout'], 120),
    topologyTimeoutMs: 1000 * parseSeconds('topology-timeout', values['topology-timeout'], 60),
    idleSeconds: parseSeconds('idle-seconds', values['idle-seconds'], 60),
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url === undefined ||
    url.protocol !== 'http:' ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.username !== ''
  ) {
    throw new UsageError(
      `--node ${JSON.stringify(text)}: allowed is http://host:port, such as http://127.0.0.1:8080 or http://[::1]:8080`,
    );
  }
  return url;
}

function checkCommand(template: string): string {
  const command = commandOf(template);
  if (command instanceof UsageError) throw new UsageError(`--spawn ${JSON.stringify(template)}: ${command.message}`);
  return template;
}

function parseSeconds(flag: string, text: string | undefined, fallback: number): number {
  return text === undefined ? fallback : parseWhole(flag, text, { max: MAX_SECONDS, what: 'seconds' });
}
