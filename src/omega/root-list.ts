import { formatHostPort, type HostPort, parseHostPort } from '../gossip/address.js';
import { decodeBase64, encodeBase64 } from '../gossip/wire/base64.js';
import type { ListFault } from './fault.js';

/** The version of the format that this node trusts and signs. */
export const ROOT_LIST_VERSION = 'omega-v1';
/** Longest line, in UTF-8 bytes: what one DNS record can hold. */
export const MAX_LINE_BYTES = 65_535;
/** Most nodes of a list. */
export const MAX_NODES = 1000;
export const SIGNATURE_BYTES = 64;

/** What is signed. */
export interface UnsignedRootList {
  readonly version: string;
  /** Unix seconds from which the list counts no more. */
  readonly expiresS: number;
  /** As they are spelled on the list, in its order. The spelling is signed, the order is not. */
  readonly nodes: readonly string[];
}

/** A list as it was read: well formed, and no more than that. */
export interface RootList extends UnsignedRootList {
  readonly signature: Uint8Array;
}

export type ParsedRootList =
  | { readonly ok: true; readonly list: RootList }
  | { readonly ok: false; readonly code: ListFault };

type Field = 'v' | 'exp' | 'nodes' | 'sig';
type Fields = Readonly<Record<Field, string>>;

const FIELDS: readonly string[] = ['v', 'exp', 'nodes', 'sig'] satisfies readonly Field[];
/** The shortest form alone, so that one instant is signed in one way. */
const CANONICAL_SECONDS = /^(0|[1-9]\d{0,15})$/;

/** Reads one line, strictly: nothing is trimmed, skipped or completed. Says nothing about the signature. */
export function parseRootList(line: string): ParsedRootList {
  // UTF-8 is no shorter than UTF-16 has units.
  if (line.length > MAX_LINE_BYTES || Buffer.byteLength(line) > MAX_LINE_BYTES) return fault('TOO_LONG');
  const fields = readFields(line);
  if (typeof fields === 'string') return fault(fields);
  const expiresS = CANONICAL_SECONDS.test(fields.exp) ? Number(fields.exp) : Number.NaN;
  if (!Number.isSafeInteger(expiresS)) return fault('BAD_EXPIRY');
  if (fields.nodes === '') return fault('NO_NODES');
  const nodes = fields.nodes.split(',');
  if (nodes.length > MAX_NODES) return fault('TOO_MANY_NODES');
  if (nodes.some((node) => parseHostPort(node) === undefined)) return fault('BAD_NODE');
  const signature = decodeBase64(fields.sig, SIGNATURE_BYTES);
  if (signature?.length !== SIGNATURE_BYTES) return fault('BAD_SIGNATURE_ENCODING');
  return { ok: true, list: { version: fields.v, expiresS, nodes, signature } };
}

/** The bytes an omega signature is over: fixed field order, nodes sorted by code unit, no signature. */
export function canonicalBytes(list: UnsignedRootList): Uint8Array {
  return Buffer.from(canonicalText(list));
}

export function canonicalText({ version, expiresS, nodes }: UnsignedRootList): string {
  return `v=${version};exp=${expiresS};nodes=${sorted(nodes).join(',')}`;
}

/** The line as it is published: what was signed, and the signature. */
export function formatRootList(list: RootList): string {
  return `${canonicalText(list)};sig=${encodeBase64(list.signature)}`;
}

/** Where the nodes of a list are dialled, each once, in the order of the list. */
export function rootsOf(list: UnsignedRootList): readonly HostPort[] {
  const roots = new Map<string, HostPort>();
  for (const node of list.nodes) {
    const address = parseHostPort(node);
    if (address !== undefined) roots.set(formatHostPort(address), address);
  }
  return [...roots.values()];
}

/**
 * Whether `list` takes the place of `former`: it expires later. Of two that expire at once the one whose text sorts
 * last counts, so that nodes that see both, in whatever order, agree.
 */
export function isNewer(list: UnsignedRootList, former: UnsignedRootList): boolean {
  if (list.expiresS !== former.expiresS) return list.expiresS > former.expiresS;
  return canonicalText(list) > canonicalText(former);
}

function fault(code: ListFault): ParsedRootList {
  return { ok: false, code };
}

function readFields(line: string): Fields | ListFault {
  const found = new Map<string, string>();
  for (const part of line.split(';')) {
    const equals = part.indexOf('=');
    if (equals <= 0) return 'MALFORMED';
    const name = part.slice(0, equals);
    if (!FIELDS.includes(name)) return 'UNKNOWN_FIELD';
    if (found.has(name)) return 'DUPLICATE_FIELD';
    found.set(name, part.slice(equals + 1));
  }
  const [v, exp, nodes, sig] = [found.get('v'), found.get('exp'), found.get('nodes'), found.get('sig')];
  if (v === undefined || exp === undefined || nodes === undefined || sig === undefined) return 'MISSING_FIELD';
  return { v, exp, nodes, sig };
}

/** By UTF-16 code unit, which is how strings compare. */
function sorted(nodes: readonly string[]): string[] {
  return [...nodes].sort((a, b) => (a < b ? -1 : Number(a > b)));
}
