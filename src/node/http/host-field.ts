const HOST = /^(?:\[[\da-f:.]{2,45}\]|[\w.~!$&'()*+,;=-]{1,255})(?::(\d{1,5}))?$/i;
const MAX_PORT = 65_535;

/**
 * Whether `text` can stand in a Host field or as the authority of a target (RFC 9110 section 7.2, RFC 3986 section
 * 3.2): a host that is not empty, and a port where there is a colon. Percent-encoding, which no host name of HTTP
 * needs, is out.
 */
export function isHostField(text: string): boolean {
  const match = HOST.exec(text);
  return match !== null && Number(match[1] ?? 0) <= MAX_PORT;
}
