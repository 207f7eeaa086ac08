import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * What a client is counted by. An IPv6 client owns a /64 at least (RFC 6177), so that is what counts. Behind a trusted
 * proxy the last entry of `X-Forwarded-For` counts: that one the proxy wrote itself.
 */
export function clientAddress(req: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? req.headers['x-forwarded-for'] : undefined;
  const last = typeof forwarded === 'string' ? forwarded.slice(forwarded.lastIndexOf(',') + 1).trim() : '';
  return isIP(last) > 0 ? network(last) : network(req.socket.remoteAddress ?? '');
}

function network(address: string): string {
  if (address.startsWith('::ffff:') && address.includes('.')) return address.slice('::ffff:'.length);
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array<string>(missing).fill('0'), ...back];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
