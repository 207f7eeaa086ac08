import { isIP } from 'node:net';
import { formatHostPort, type HostPort, normaliseHost, parseHostPort } from '../../gossip/address.js';
import { decodeBase64 } from '../../gossip/wire/base64.js';
import { KEY_BYTES, MAX_TRUSTED_KEYS } from '../../omega/keys.js';
import { parseRootList } from '../../omega/root-list.js';
import { quoted } from '../printable.js';
import { itemsOf, parseAddresses } from './items.js';
import { accept, refuse, type ValueType } from './value-type.js';

const DNS_PORT = 53;
const MAX_RESOLVERS = 8;

/** The name of a domain. */
export const domainName: ValueType<string> = {
  placeholder: 'domain',
  allowed: 'a domain name',
  parse: (text) => {
    const name = normaliseHost(text.trim());
    // Room for `_bootstrap.` in front.
    return name === undefined || isIP(name) !== 0 || name.length > 240 ? refuse() : accept(name.replace(/\.$/, ''));
  },
  format: (name) => name,
};

function parseResolver(text: string): HostPort | undefined {
  const whole = normaliseHost(text);
  const address = whole !== undefined && isIP(whole) !== 0 ? { host: whole, port: DNS_PORT } : parseHostPort(text);
  return address !== undefined && isIP(address.host) !== 0 ? address : undefined;
}

/** DNS servers. Names would have to be resolved first. */
export const resolverList: ValueType<readonly HostPort[]> = {
  placeholder: 'ip:port,…',
  allowed: `a comma-separated list of at most ${MAX_RESOLVERS} IP addresses, with a port where it is not 53, IPv6 as in [::1]:5300`,
  parse: (text) => parseAddresses(text, MAX_RESOLVERS, 'an IP address with or without a port', parseResolver),
  format: (resolvers) => resolvers.map(formatHostPort).join(','),
  isList: true,
};

/** Where a document can be fetched. */
export const documentUrl: ValueType<string> = {
  placeholder: 'url',
  allowed: 'a URL that begins with https:// or http://, without user name and password',
  parse: (text) => {
    if (!URL.canParse(text)) return refuse();
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') return refuse();
    return url.username === '' && url.password === '' ? accept(url.href) : refuse();
  },
  format: (url) => url,
};

/** A signed root list in its text form. Whether it verifies is for the node to say, at every refresh. */
export const rootListLine: ValueType<string> = {
  placeholder: 'line',
  allowed: 'a line as `repram-node omega sign` prints it',
  parse: (text) => {
    const line = text.trim();
    const parsed = parseRootList(line);
    return parsed.ok ? accept(line) : refuse(parsed.code);
  },
  format: (line) => line,
};

/** Ed25519 public keys. */
export const publicKeyList: ValueType<readonly string[]> = {
  placeholder: 'key,…',
  allowed: `a comma-separated list of at most ${MAX_TRUSTED_KEYS} Ed25519 public keys, each in 44 characters of base64`,
  parse: (text) => {
    const keys = [...new Set(itemsOf(text))];
    if (keys.length > MAX_TRUSTED_KEYS) return refuse(`it has ${keys.length} keys`);
    const bad = keys.find((key) => decodeBase64(key, KEY_BYTES)?.length !== KEY_BYTES);
    return bad === undefined ? accept(keys) : refuse(`${quoted(bad)} is not 32 bytes in base64`);
  },
  format: (keys) => keys.join(','),
  isList: true,
};
