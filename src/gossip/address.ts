/** Where a node's HTTP server can be dialled. `host` is a name, an IPv4 or an IPv6 address, never bracketed. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const MAX_HOST_LENGTH = 253;
const HOST_NAME = /^(?=.*[a-z0-9])[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i;
const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const NUMERIC_LABEL = /(^|\.)(\d+|0x[\da-f]*)\.?$/i;
const IPV6_GROUP = /^[\da-f]{1,4}$/i;
const PORT = /^[1-9]\d{0,4}$/;

/** Whether `port` is a TCP port that can be dialled. */
export function isPort(port: unknown): port is number {
  return Number.isInteger(port) && (port as number) >= 1 && (port as number) <= 65_535;
}

/** Whether `text` is an IPv6 address as RFC 4291 section 2.2 writes it: without brackets and without a zone. */
export function isIpv6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  const mapped = last !== undefined && !text.endsWith('::') && IPV4.test(last);
  const words = mapped ? groups.slice(0, -1) : groups;
  if (!words.every((group) => IPV6_GROUP.test(group))) return false;
  const width = words.length + (mapped ? 2 : 0);
  return halves.length === 2 ? width <= 7 : width === 8;
}

/**
 * The host as it is stored and compared: brackets removed, lower case. `undefined` where `text` is neither a host name
 * (RFC 1123, underscores allowed) nor an IP address.
 */
export function normaliseHost(text: string): string | undefined {
  if (text.length === 0 || text.length > MAX_HOST_LENGTH) return undefined;
  const host = (text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text).toLowerCase();
  if (host.includes(':')) return isIpv6(host) ? host : undefined;
  if (text.startsWith('[')) return undefined;
  if (IPV4.test(host)) return host;
  return HOST_NAME.test(host) && !NUMERIC_LABEL.test(host) ? host : undefined;
}

/** `host:port`, with IPv6 addresses bracketed (RFC 3986 section 3.2.2). */
export function formatHostPort(address: HostPort): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** Reads `host:port` or `[ipv6]:port`; `undefined` where it is neither. A bare IPv6 address needs brackets. */
export function parseHostPort(text: string): HostPort | undefined {
  const colon = text.lastIndexOf(':');
  if (colon <= 0) return undefined;
  const [hostText, portText] = [text.slice(0, colon), text.slice(colon + 1)];
  if (hostText.includes(':') && !hostText.startsWith('[')) return undefined;
  const host = normaliseHost(hostText);
  const port = PORT.test(portText) ? Number(portText) : Number.NaN;
  return host !== undefined && isPort(port) ? { host, port } : undefined;
}

/** Whether two addresses name the same host and port, by spelling. */
export function sameHostPort(a: HostPort, b: HostPort): boolean {
  return a.port === b.port && a.host === b.host;
}
