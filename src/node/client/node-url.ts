import { isIpv6 } from '../../gossip/address.js';

/** Where a node's API is. */
export interface NodeUrl {
  /** Scheme, host and port. */
  readonly origin: string;
  /** What comes before `/v1`, for a node behind a proxy; empty or beginning with a slash. */
  readonly prefix: string;
}

const DEFAULT_PORT = '8080';
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;
const EXPLICIT_PORT = /:\d+$/;

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function withScheme(text: string): URL | undefined {
  const authorityAndPath = isIpv6(text) ? `[${text}]` : text;
  const authority = authorityAndPath.split('/', 1)[0] ?? '';
  const url = parseUrl(`http://${authorityAndPath}`);
  if (url !== undefined && !EXPLICIT_PORT.test(authority)) url.port = DEFAULT_PORT;
  return url;
}

/**
 * Reads `http://host:port`, `https://…` or, without a scheme, `host`, `host:port` and `[ipv6]:port`, where the port is
 * a node's default one if left out. `undefined` for anything else.
 */
export function parseNodeUrl(text: string): NodeUrl | undefined {
  const trimmed = text.trim();
  const url = SCHEME.test(trimmed) ? parseUrl(trimmed) : withScheme(trimmed);
  if (url === undefined || url.hostname === '' || !['http:', 'https:'].includes(url.protocol)) return undefined;
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, '') };
}
