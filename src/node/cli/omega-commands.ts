import { isIP } from 'node:net';
import { type Command, InvalidArgumentError } from 'commander';
import { type HostPort, normaliseHost } from '../../gossip/address.js';
import { ROOT_LIST_VERSION } from '../../omega/root-list.js';
import { parseDuration } from '../config/duration.js';
import { domainName } from '../config/omega-types.js';
import { CliOption } from './cli-option.js';
import { type ClientFlags, timeoutOption } from './client-options.js';
import type { KeygenFlags } from './commands/omega/keygen.js';
import type { ServeFlags } from './commands/omega/serve.js';
import type { ShowFlags } from './commands/omega/show.js';
import type { SignFlags } from './commands/omega/sign.js';
import type { VerifyFlags } from './commands/omega/verify.js';
import type { CliIo } from './io.js';

const DEFAULT_LIFETIME_S = 86_400;
const MAX_LIFETIME_S = 10 * 366 * 86_400;
const VERSION = /^[\w.-]{1,64}$/;
const LISTEN = /^(?<host>.+):(?<port>\d{1,5})$/;

function lifetime(text: string): number {
  const seconds = Math.floor((parseDuration(text) ?? 0) / 1000);
  if (seconds < 10 || seconds > MAX_LIFETIME_S) {
    throw new InvalidArgumentError('It takes a duration from 10s to ten years, such as 24h.');
  }
  return seconds;
}

function listVersion(text: string): string {
  if (!VERSION.test(text)) throw new InvalidArgumentError(`It takes a word such as ${ROOT_LIST_VERSION}.`);
  return text;
}

function domain(text: string): string {
  const parsed = domainName.parse(text);
  if (!parsed.ok) throw new InvalidArgumentError(`It takes ${domainName.allowed}.`);
  return parsed.value;
}

function listenAddress(text: string): HostPort {
  const { host = '', port = '' } = LISTEN.exec(text)?.groups ?? {};
  const ip = normaliseHost(host);
  if (ip === undefined || isIP(ip) === 0 || Number(port) > 65_535 || (host.includes(':') && !host.startsWith('['))) {
    throw new InvalidArgumentError('It takes an IP address and a port, such as 127.0.0.1:5300 or [::]:53.');
  }
  return { host: ip, port: Number(port) };
}

function joined(value: string, previous: string | undefined): string {
  return previous === undefined ? value : `${previous},${value}`;
}

function addSigning(command: Command): void {
  const key = new CliOption('--key-file <file>', 'Private key, as keygen writes it').default('omega.key');
  command.addOption(key.completedWith('file'));
  command.option('--nodes <host:port,…>', 'Nodes to list; may be repeated', joined);
  const nodes = new CliOption('--nodes-file <file>', 'File of the nodes to list, one a line; # begins a comment');
  command.addOption(nodes.completedWith('file'));
  command.option('--lifetime <duration>', 'How long the list counts (default: 24h)', lifetime, DEFAULT_LIFETIME_S);
  command.option('--list-version <version>', 'Version of the format', listVersion, ROOT_LIST_VERSION);
}

function addTrust(command: Command): void {
  command.option('--pubkey <key,…>', 'Trusted public key; may be repeated [REPRAM_OMEGA_PUBKEY]', joined);
  const file = new CliOption('--pubkey-file <file>', 'File of such keys, one a line [REPRAM_OMEGA_PUBKEY_FILE]');
  command.addOption(file.completedWith('file'));
}

function addKeys(omega: Command, io: CliIo, finish: (code: number) => void): void {
  const keygen = omega.command('keygen').description('Make a key pair; print the public key');
  const out = new CliOption('-o, --out <file>', 'File for the private key').default('omega.key');
  keygen.addOption(out.completedWith('file')).action(async (flags: KeygenFlags) => {
    const { runKeygen } = await import('./commands/omega/keygen.js');
    finish(await runKeygen(io, flags));
  });

  const sign = omega.command('sign').description('Sign a root list; print the line to publish');
  addSigning(sign);
  sign.option('--domain <domain>', 'Domain to show the records for', domain, 'example.org');
  sign.action(async (flags: SignFlags) => {
    const { runSign } = await import('./commands/omega/sign.js');
    finish(await runSign(io, flags));
  });
}

function addChecks(omega: Command, io: CliIo, finish: (code: number) => void): void {
  const verify = omega.command('verify').description('Say whether a root list is good, or what is wrong with it');
  verify.argument('[line]', 'the line; - reads stdin');
  verify.addOption(new CliOption('-f, --file <file>', 'Read the line from a file').completedWith('file'));
  addTrust(verify);
  verify.action(async (line: string | undefined, flags: VerifyFlags) => {
    const { runVerify } = await import('./commands/omega/verify.js');
    finish(await runVerify(io, line, flags));
  });

  const show = omega.command('show').description('Show what a running node trusts, or what this machine has cached');
  show.option('--url <url>', 'Running node to ask; without, the cache is read');
  const cache = new CliOption('--cache-dir <directory>', 'Cache directory of the node [REPRAM_CACHE_DIR]');
  show.addOption(cache.completedWith('directory'));
  addTrust(show);
  show.addOption(timeoutOption());
  show.option('--json', 'Print JSON').action(async ({ url, ...flags }: ShowFlags & ClientFlags) => {
    if (url === undefined) {
      const { runShow } = await import('./commands/omega/show.js');
      return finish(await runShow(io, flags));
    }
    const { runShowNode } = await import('./commands/omega/show-node.js');
    finish(await runShowNode(io, { ...flags, url }));
  });
}

function addServe(omega: Command, io: CliIo, finish: (code: number) => void): void {
  const serve = omega.command('serve').description('Sign on a schedule, and publish over DNS and HTTP');
  addSigning(serve);
  serve.requiredOption('--domain <domain>', 'Domain to answer for', domain);
  const dns = { host: '127.0.0.1', port: 5300 };
  serve.addOption(
    new CliOption('--dns-listen <ip:port>', 'Where to answer DNS, over UDP and TCP')
      .default(dns, '127.0.0.1:5300')
      .argParser(listenAddress),
  );
  const http = { host: '127.0.0.1', port: 8053 };
  serve.addOption(
    new CliOption('--http-listen <ip:port>', 'Where to answer HTTP')
      .default(http, '127.0.0.1:8053')
      .argParser(listenAddress),
  );
  serve.action(async (flags: ServeFlags) => {
    const { runServe } = await import('./commands/omega/serve.js');
    finish(await runServe(io, flags));
  });
}

/** Adds `omega` and the commands under it. Each is loaded when it is run. */
export function addOmega(program: Command, io: CliIo, finish: (code: number) => void): void {
  const omega = program.command('omega').description('Sign, check and publish the signed root list').helpCommand(false);
  addKeys(omega, io, finish);
  addChecks(omega, io, finish);
  addServe(omega, io, finish);
}
