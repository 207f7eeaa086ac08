import { formatPublicKey } from '../../../../omega/keys.js';
import { ROOT_LIST_VERSION } from '../../../../omega/root-list.js';
import { pointerName } from '../../../../omega/sources.js';
import { ed25519 } from '../../../omega/ed25519.js';
import { isoTime } from '../../../omega/iso-time.js';
import { signNow } from '../../../omega/publisher/signer.js';
import { SEGMENT_BYTES, segmentsOf } from '../../../omega/publisher/zone.js';
import { systemFiles } from '../../../omega/system-files.js';
import { systemClock } from '../../../runtime/system-clock.js';
import { EXIT } from '../../exit-codes.js';
import { type CliIo, say } from '../../io.js';
import { type SigningFlags, signingOptions } from './signing.js';

export interface SignFlags extends SigningFlags {
  readonly domain: string;
}

/** Beyond this, in bytes, resolvers ask for a TXT record over TCP, which not every firewall lets through. */
const UDP_BYTES = 1100;

/** `omega sign`: the signed line on stdout, alone; what to do with it on stderr. */
export async function runSign(io: CliIo, flags: SignFlags): Promise<number> {
  const ports = { clock: systemClock, files: systemFiles, signatures: ed25519 };
  const signed = await signNow(ports, signingOptions(flags));
  if (!signed.ok) {
    await say(io, signed.reason);
    return EXIT.failure;
  }
  const { line, list, keys } = signed;
  await io.stdout.write(`${line}\n`);
  if (list.version !== ROOT_LIST_VERSION) {
    await say(io, `warning: nodes of this version trust lists of version ${ROOT_LIST_VERSION} alone`);
  }
  for (const warning of lengthWarnings(line)) await say(io, `warning: ${warning}`);
  await io.stderr.write(checklist(line, { domain: flags.domain, expiresS: list.expiresS, lifetimeS: flags.lifetime }));
  await say(io, `signed by ${formatPublicKey(keys.publicKey)}: every node must trust this key`);
  return EXIT.ok;
}

function lengthWarnings(line: string): readonly string[] {
  const bytes = Buffer.byteLength(line);
  if (bytes <= SEGMENT_BYTES) return [];
  const segments = segmentsOf(line).length;
  return [
    `the TXT value has ${bytes} bytes and a DNS string holds ${SEGMENT_BYTES}: publish it as ONE record of ${segments} ` +
      'strings, as shown below; a provider that cannot do that cuts it off or makes several records of it',
    ...(bytes > UDP_BYTES
      ? ['the TXT value is so long that resolvers have to ask for it over TCP; name fewer nodes']
      : []),
  ];
}

function checklist(
  line: string,
  { domain, expiresS, lifetimeS }: { readonly domain: string; readonly expiresS: number; readonly lifetimeS: number },
): string {
  const list = `_roots.${domain}`;
  const value = segmentsOf(line)
    .map((segment) => `"${segment}"`)
    .join(' ');
  return [
    'To publish:',
    `  1. ${pointerName(domain)}. TXT "omega=${list}" (once; keep its TTL at 300 or less)`,
    `  2. ${list}. TXT ${value}`,
    '     or put the line into the file or at the URL that the nodes read',
    `  3. dig +short TXT ${list} | tr -d '" ' | repram-node omega verify --pubkey KEY -`,
    `  4. sign and publish the next list before ${isoTime(expiresS - Math.ceil(lifetimeS / 4))}; this one expires ${isoTime(expiresS)}`,
    '',
  ].join('\n');
}
