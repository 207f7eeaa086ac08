import { Encoder } from 'cbor-x/index-no-eval';
import { each, type HostileInput, requestBytes, requestText } from './input.js';

const REPLICA = '/v1/replica';
const lenient = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });
const text = (value: string): Uint8Array => Buffer.from(value);

type Fields = Readonly<Record<string, unknown>>;

const READ: Fields = { op: 'read', from: text('nobody'), enclave: text('default'), at: Date.now(), key: text('k') };
const ENTRY: Fields = {
  key: text('k'),
  data: text('v'),
  ttl: 600,
  expires: Date.now() + 600_000,
  version: [Date.now(), 0, text('peer')],
};
const GIVE: Fields = { ...READ, op: 'give', entries: [ENTRY] };

const body = (name: string, bytes: Uint8Array, expect: HostileInput['expect'] = 400): HostileInput => ({
  name,
  bytes: requestBytes('POST', REPLICA, bytes, ['Content-Type: application/cbor']),
  expect,
});

const question = (name: string, base: Fields, changed: Fields, expect: HostileInput['expect'] = 400): HostileInput =>
  body(name, lenient.encode({ ...base, ...changed }), expect);

/** What is no text, count, list or time, as CBOR can say it. */
const WRONG = [null, true, -1, 1.5, 2n ** 63n, Number.NaN, 'text', [], {}, new Date(0), /a/, new Set([1])] as const;

/** What somebody may post as a question between replicas. */
export const REPLICA_INPUTS: readonly HostileInput[] = [
  { name: 'a GET', bytes: requestText('GET', REPLICA), expect: 405 },
  body('no body', new Uint8Array(0)),
  body('JSON', Buffer.from('{"op":"read"}')),
  body('a question and one byte more', Buffer.concat([lenient.encode(READ), Buffer.from([0])])),
  body('a question cut short', lenient.encode(READ).subarray(0, -1)),
  body('a list that promises four billion items', Buffer.from([0x9a, 0xff, 0xff, 0xff, 0xff])),
  body('a map that promises four billion names', Buffer.from([0xba, 0xff, 0xff, 0xff, 0xff])),
  body('bytes that promise four billion more', Buffer.from([0x5a, 0xff, 0xff, 0xff, 0xff])),
  body('a list without end', Buffer.from([0x9f, 0x01, 0xff])),
  body('a million lists within each other', Buffer.alloc(1_000_000, 0x81)),
  body('a million numbers', Buffer.concat([Buffer.from([0x9a, 0, 0x0f, 0x42, 0x40]), Buffer.alloc(1_000_000)])),
  body('a tag', Buffer.from([0xc1, 0x00])),
  body('a reference', Buffer.from([0xd8, 0x1d, 0x00])),
  body('text that is no UTF-8', Buffer.from([0x61, 0xff])),
  {
    name: 'a body beyond the bound',
    bytes: requestText('POST', REPLICA, [`Content-Length: ${17 * 1024 * 1024}`]),
    expect: 413,
  },
  question('a question of a stranger', READ, {}, 403),
  question('a question of another enclave', READ, { enclave: text('other') }, 403),
  question('values of a stranger', GIVE, {}, 403),
  question('a name of Object.prototype', READ, { ['__proto__']: { op: 'read' } }, 403),
  ...each(['', 'toString', '__proto__', 'READ', 'put'], 400, (op) => question(`op ${op}`, READ, { op })),
  ...each(['from', 'enclave', 'at', 'key', 'held'], 400, (field) =>
    question(`read with ${field} of bytes that are no text`, READ, { [field]: Buffer.from([0xff]) }),
  ),
  ...['op', 'from', 'enclave', 'at', 'key', 'held'].flatMap((field) =>
    each(WRONG, 400, (value) => question(`read with ${field} ${describe(value)}`, READ, { [field]: value })),
  ),
  ...['key', 'data', 'ttl', 'expires', 'version'].flatMap((field) =>
    each(WRONG, 400, (value) =>
      question(`give with ${field} ${describe(value)}`, GIVE, { entries: [{ ...ENTRY, [field]: value }] }),
    ),
  ),
  question('more keys than are taken', { ...READ, op: 'fetch' }, { keys: Array(16_385).fill(text('k')) }),
  question('a leaf that is none', { ...READ, op: 'list' }, { leaves: [16_384] }),
  question('a branch that is none', { ...READ, op: 'leaves' }, { branches: [256] }),
  question('more branches than there are', { ...READ, op: 'leaves' }, { branches: Array(257).fill(0) }),
  question('a digest too short', { ...READ, op: 'digest' }, { root: Buffer.alloc(7) }),
  question('a cursor too long', { ...READ, op: 'pull' }, { leaves: [0], cursor: Buffer.alloc(3000, 'c') }),
];

function describe(value: unknown): string {
  return value instanceof Date ? 'a date' : String(value);
}
