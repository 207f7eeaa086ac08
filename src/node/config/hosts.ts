import { formatHostPort, type HostPort, normaliseHost, parseHostPort } from '../../gossip/address.js';
import { parseAddresses } from './items.js';
import { accept, refuse, type ValueType } from './value-type.js';

/** Most seeds a node takes. */
const MAX_PEERS = 1000;

const SCOPED_IPV6 = /^(?<address>[\da-f:.]+)(?<zone>%[\w.-]+)$/i;

/** A host other nodes can dial. */
export const advertisedHost: ValueType<string> = {
  placeholder: 'host',
  allowed: 'a host name or IP address without a port',
  parse: (text) => {
    const host = normaliseHost(text.trim());
    return host === undefined ? refuse() : accept(host);
  },
  format: (host) => host,
};

/** An address to bind. Unlike an advertised one it may carry an IPv6 zone, such as `fe80::1%eth0`. */
export const bindHost: ValueType<string> = {
  placeholder: 'host',
  allowed: 'an IP address or host name of this machine, without a port',
  parse: (text) => {
    const trimmed = text.trim();
    const bare = trimmed.startsWith('[') && trimmed.endsWith(']') ? trimmed.slice(1, -1) : trimmed;
    const { address = trimmed, zone = '' } = SCOPED_IPV6.exec(bare)?.groups ?? {};
    const host = zone !== '' && !address.includes(':') ? undefined : normaliseHost(address);
    return host === undefined ? refuse() : accept(host + zone);
  },
  format: (host) => host,
};

/** Seeds: `host:port,…`. Empty items and white space around items are skipped. */
export const peerList: ValueType<readonly HostPort[]> = {
  placeholder: 'host:port,…',
  allowed: `a comma-separated list of at most ${MAX_PEERS} host:port, IPv6 as in [::1]:8080`,
  parse: (text) => parseAddresses(text, MAX_PEERS, 'host:port', parseHostPort),
  format: (peers) => peers.map(formatHostPort).join(','),
  isList: true,
};
