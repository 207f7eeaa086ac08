/** Each way in which a root list can be wrong. */
export const LIST_FAULTS = [
  'TOO_LONG',
  'MALFORMED',
  'UNKNOWN_FIELD',
  'DUPLICATE_FIELD',
  'MISSING_FIELD',
  'BAD_EXPIRY',
  'NO_NODES',
  'TOO_MANY_NODES',
  'BAD_NODE',
  'BAD_SIGNATURE_ENCODING',
  'WRONG_VERSION',
  'EXPIRED',
  'BAD_SIGNATURE',
  'OLDER',
] as const;
export type ListFault = (typeof LIST_FAULTS)[number];

/** Each way in which a source can fail to give a root list at all. */
export const SOURCE_FAULTS = [
  'NO_POINTER',
  'SEVERAL_POINTERS',
  'BAD_POINTER',
  'NO_RECORD',
  'DNS_FAILED',
  'HTTP_STATUS',
  'HTTP_FAILED',
  'ANSWER_TOO_LONG',
  'UNREADABLE',
  'TIMED_OUT',
] as const;
export type SourceFault = (typeof SOURCE_FAULTS)[number];

export type OmegaFault = ListFault | SourceFault;
export const OMEGA_FAULTS: readonly OmegaFault[] = [...LIST_FAULTS, ...SOURCE_FAULTS];

/** What each fault means, and what to do about it, in one line for operators. */
export const FAULT_TEXT: Readonly<Record<OmegaFault, string>> = {
  TOO_LONG: 'the list is longer than 65535 bytes; name fewer nodes',
  MALFORMED: 'a part of the list is not name=value; publish the line exactly as it was signed',
  UNKNOWN_FIELD: 'the list has a field other than v, exp, nodes and sig',
  DUPLICATE_FIELD: 'a field of the list appears twice',
  MISSING_FIELD: 'the list lacks one of v, exp, nodes and sig; it may have been cut off',
  BAD_EXPIRY: 'exp is not a whole number of Unix seconds in its shortest form',
  NO_NODES: 'the list names no node',
  TOO_MANY_NODES: 'the list names more than 1000 nodes',
  BAD_NODE: 'a node of the list is not host:port, IPv6 in brackets',
  BAD_SIGNATURE_ENCODING: 'sig is not 64 bytes in standard base64 with padding',
  WRONG_VERSION: 'the list is of a version this node does not trust',
  EXPIRED: 'the list has expired; sign and publish a new one, and check the clock of this machine',
  BAD_SIGNATURE: 'no trusted key has signed these bytes; check the key, and that nobody changed the list',
  OLDER: 'the list expires before one this node has already seen; sign a new one that expires later',
  NO_POINTER: 'the domain has no TXT record omega=<name> at _bootstrap; publish it',
  SEVERAL_POINTERS: 'the domain has several TXT records omega=<name> at _bootstrap; leave one',
  BAD_POINTER: 'the TXT record omega=<name> at _bootstrap names no host name',
  NO_RECORD: 'the name that _bootstrap points to has no TXT record; publish the signed line there',
  DNS_FAILED: 'the resolver gave no answer; check the network and the address of the resolver',
  HTTP_STATUS: 'the server of the URL did not answer 200',
  HTTP_FAILED: 'the server of the URL cannot be reached',
  ANSWER_TOO_LONG: 'the source gives more than 65536 bytes, or more than 16 lists',
  UNREADABLE: 'the file cannot be read',
  TIMED_OUT: 'the source took longer than 10 s',
};
