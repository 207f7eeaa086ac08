import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/**
 * Addresses no peer has, and which somebody may name to make this node speak to what only it can reach: link-local
 * addresses (RFC 3927, RFC 4291), where clouds serve instance metadata, and the metadata addresses of IPv6.
 */
const forbidden = new BlockList();
forbidden.addSubnet('169.254.0.0', 16, 'ipv4');
forbidden.addSubnet('fe80::', 10, 'ipv6');
forbidden.addAddress('fd00:ec2::254', 'ipv6');
forbidden.addAddress('fd20:ce::254', 'ipv6');

/** Whether a connection to this IP address may be opened. Names are judged by what they resolve to. */
export function mayDial(ip: string): boolean {
  const family = isIP(ip);
  if (family === 0) return true;
  return !forbidden.check(ip, family === 6 ? 'ipv6' : 'ipv4');
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number | undefined,
) => void;

/** Name resolution that leaves out forbidden addresses, for `net.connect`. */
export function guardedLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const allowed = addresses.filter(({ address }) => mayDial(address));
    const [first] = allowed;
    if (first === undefined) return callback(forbiddenAddress(hostname), []);
    if (options.all) return callback(null, allowed);
    callback(null, first.address, first.family);
  });
}

function forbiddenAddress(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} resolves to addresses that may not be dialled`), { code: 'EACCES' });
}
