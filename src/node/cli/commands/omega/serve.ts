import { formatHostPort, type HostPort } from '../../../../gossip/address.js';
import { RepramError } from '../../../../gossip/error.js';
import { formatPublicKey } from '../../../../omega/keys.js';
import { ed25519 } from '../../../omega/ed25519.js';
import { platformCode } from '../../../omega/platform-code.js';
import { DnsServer } from '../../../omega/publisher/dns-server.js';
import { LIST_PATH, ListServer } from '../../../omega/publisher/list-server.js';
import { Signer } from '../../../omega/publisher/signer.js';
import { Zone } from '../../../omega/publisher/zone.js';
import { systemFiles } from '../../../omega/system-files.js';
import { systemClock } from '../../../runtime/system-clock.js';
import { EXIT } from '../../exit-codes.js';
import { firstSignal } from '../../first-signal.js';
import { type CliIo, say } from '../../io.js';
import { type SigningFlags, signingOptions } from './signing.js';

export interface ServeFlags extends SigningFlags {
  readonly domain: string;
  readonly dnsListen: HostPort;
  readonly httpListen: HostPort;
}

/**
 * `omega serve`: signs a root list on a schedule, and publishes it over DNS and HTTP until SIGTERM or SIGINT. Says on
 * stdout where, one place a line.
 */
export async function runServe(io: CliIo, flags: ServeFlags): Promise<number> {
  const ports = { clock: systemClock, files: systemFiles, signatures: ed25519 };
  const signer = new Signer(ports, signingOptions(flags), { tell: (line) => void say(io, line) });
  const published = () => signer.published;
  const dns = new DnsServer({ zone: new Zone(flags, { published }) });
  const http = new ListServer({ published });
  const signalled = firstSignal(io);
  // What cannot be signed has been said.
  const signed = await signer.start();
  if (!signed.ok) return EXIT.failure;
  try {
    const dnsPort = await bound('--dns-listen', flags.dnsListen, () => dns.listen(flags.dnsListen));
    const httpPort = await bound('--http-listen', flags.httpListen, () => http.listen(flags.httpListen));
    await io.stdout.write(
      `dns ${formatHostPort({ host: flags.dnsListen.host, port: dnsPort })} ${flags.domain}\n` +
        `http http://${formatHostPort({ host: flags.httpListen.host, port: httpPort })}${LIST_PATH}\n` +
        `key ${formatPublicKey(signed.keys.publicKey)}\n`,
    );
    await signalled;
    return EXIT.ok;
  } finally {
    signer.stop();
    await Promise.all([dns.stop(), http.stop()]);
  }
}

async function bound(flag: string, address: HostPort, listen: () => Promise<number>): Promise<number> {
  try {
    return await listen();
  } catch (cause) {
    const reason = platformCode(cause);
    throw new RepramError('CANNOT_BIND', `${flag}: cannot bind ${formatHostPort(address)}: ${reason}`, { cause });
  }
}
