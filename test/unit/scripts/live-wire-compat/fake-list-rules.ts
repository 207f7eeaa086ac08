import { isSigned } from '../../../../scripts/live-wire-compat/wire/root-list.js';

/** Single rules of root lists that the fake can be told to break. */
export type ListFault =
  | 'admits-everybody'
  | 'admits-nobody'
  | 'expires-in-milliseconds'
  | 'forgets-the-pointer'
  | 'ignores-unknown-fields'
  | 'leaves-files-readable'
  | 'lets-the-last-field-win'
  | 'needs-field-order'
  | 'prints-the-private-key'
  | 'publishes-strings-as-records'
  | 'reads-any-base64'
  | 'reads-numbers-loosely'
  | 'reads-no-seed-files'
  | 'refuses-long-lists'
  | 'signs-nodes-as-given'
  | 'takes-any-node'
  | 'takes-any-signature'
  | 'takes-any-version'
  | 'takes-expired-lists'
  | 'trusts-its-cache'
  | 'verifies-nodes-as-written'
  | 'writes-nodes-as-given'
  | 'writes-the-seed-alone';

const HOST_PORT = /^(\[[\da-f:]+\]|[\w.-]+):[1-9]\d{0,4}$/;
const NAMES = ['v', 'exp', 'nodes', 'sig'];

interface Parts {
  readonly line: string;
  readonly names: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
  readonly publicKey: string;
}

/** A rule, and the fault of those who do not keep it; some rules are nobody's but of those who have the fault. */
interface Rule {
  readonly code: string;
  readonly unless?: ListFault;
  readonly onlyWith?: ListFault;
  readonly isKept: (parts: Parts, has: (fault: ListFault) => boolean) => boolean;
}

const RULES: readonly Rule[] = [
  { code: 'TOO_LONG', onlyWith: 'refuses-long-lists', isKept: ({ line }) => line.length <= 1024 },
  { code: 'UNKNOWN', unless: 'ignores-unknown-fields', isKept: ({ names }) => names.every((n) => NAMES.includes(n)) },
  { code: 'TWICE', unless: 'lets-the-last-field-win', isKept: ({ names }) => new Set(names).size === names.length },
  { code: 'ORDER', onlyWith: 'needs-field-order', isKept: ({ names }) => names.join() === NAMES.join() },
  { code: 'MISSING', isKept: ({ fields }) => NAMES.every((name) => fields[name] !== undefined) },
  { code: 'BAD_EXPIRY', unless: 'reads-numbers-loosely', isKept: ({ fields }) => /^[1-9]\d*$/.test(exp(fields)) },
  { code: 'WRONG_VERSION', unless: 'takes-any-version', isKept: ({ fields }) => fields['v'] === 'omega-v1' },
  { code: 'EXPIRED', unless: 'takes-expired-lists', isKept: ({ fields }) => Number(exp(fields)) > Date.now() / 1000 },
  { code: 'BAD_NODE', unless: 'takes-any-node', isKept: ({ fields }) => nodes(fields).every((n) => HOST_PORT.test(n)) },
  {
    code: 'BAD_SIGNATURE_ENCODING',
    unless: 'reads-any-base64',
    isKept: ({ fields }) => standard(fields) === fields['sig'],
  },
  { code: 'BAD_SIGNATURE', unless: 'takes-any-signature', isKept: isSignedByKey },
];

/** What is wrong with a line for whoever has these faults; `undefined` where nothing is. */
export function faultByRules(faults: ReadonlySet<ListFault>, line: string, publicKey: string): string | undefined {
  const pairs = line.split(';').map((part) => [part.split('=', 1)[0] ?? '', part.replace(/^[^=]*=?/, '')] as const);
  const parts = { line, publicKey, names: pairs.map(([name]) => name), fields: Object.fromEntries(pairs) };
  const has = (fault: ListFault): boolean => faults.has(fault);
  const applies = ({ unless, onlyWith }: Rule): boolean =>
    !(unless !== undefined && has(unless)) && (onlyWith === undefined || has(onlyWith));
  return RULES.find((rule) => applies(rule) && !rule.isKept(parts, has))?.code;
}

function exp(fields: Parts['fields']): string {
  return fields['exp'] ?? '';
}

function nodes(fields: Parts['fields']): string[] {
  return (fields['nodes'] ?? '').split(',');
}

/** Whatever the signature is written in, in standard base64. */
function standard({ sig = '' }: Parts['fields']): string {
  return Buffer.from(sig, /^[\da-f]{128}$/.test(sig) ? 'hex' : 'base64').toString('base64');
}

function isSignedByKey({ fields, publicKey }: Parts, has: (fault: ListFault) => boolean): boolean {
  const order = has('verifies-nodes-as-written') ? nodes(fields) : nodes(fields).sort();
  const text = `v=${fields['v']};exp=${exp(fields)};nodes=${order.join(',')}`;
  return isSigned(text, Buffer.from(standard(fields), 'base64'), publicKey);
}
