import { each, type HostileInput, requestBytes } from './input.js';

const MESSAGE = '/v1/gossip/message';
const JSON_TYPE = ['Content-Type: application/json'];

type Fields = Readonly<Record<string, unknown>>;

const info = { id: 'peer', address: '203.0.113.7', port: 9090, http_port: 8080, enclave: 'default' };
const nowS = Math.floor(Date.now() / 1000);
const PUT: Fields = {
  type: 'PUT',
  from: 'peer',
  timestamp: nowS,
  message_id: 'put-1',
  key: 'k',
  data: 'YQ==',
  ttl: 300,
};
const ACK: Fields = { type: 'ACK', from: 'peer', timestamp: nowS, message_id: 'put-1' };
const PING: Fields = { type: 'PING', from: 'peer', timestamp: nowS };
const PONG: Fields = { type: 'PONG', from: 'peer', timestamp: nowS };
const SYNC: Fields = { type: 'SYNC', from: 'stranger', timestamp: nowS, message_id: '', node_info: info };
const LEAVE: Fields = { type: 'LEAVE', from: 'peer', timestamp: nowS, x: { incarnation: 1 } };
const NEWS: Fields = { type: 'NEWS', from: 'peer', timestamp: nowS, x: { news: [] } };
const PINGREQ: Fields = { type: 'PINGREQ', from: 'peer', timestamp: nowS, to: 'a', x: { timeout_ms: 1 } };
const PINGACK: Fields = { type: 'PINGACK', from: 'peer', timestamp: nowS, message_id: 'q', x: { acked: true } };

const body = (name: string, content: string | Uint8Array, expect: HostileInput['expect'] = 400): HostileInput => ({
  name,
  bytes: requestBytes('POST', MESSAGE, content, JSON_TYPE),
  expect,
});

/** `base` with one field changed; `undefined` leaves it out. */
const message = (base: Fields, field: string, value: unknown, expect: number = 400): HostileInput => ({
  name: `${base['type']} with ${field} ${describeValue(value)}`,
  bytes: requestBytes('POST', MESSAGE, JSON.stringify({ ...base, [field]: value }), JSON_TYPE),
  expect,
});

/** A SYNC whose node_info has one field changed. */
const sync = (field: string, value: unknown, expect: number = 400): HostileInput => ({
  name: `SYNC with node_info.${field} ${describeValue(value)}`,
  bytes: requestBytes('POST', MESSAGE, JSON.stringify({ ...SYNC, node_info: { ...info, [field]: value } }), JSON_TYPE),
  expect,
});

function describeValue(value: unknown): string {
  return (JSON.stringify(value) ?? 'left out').slice(0, 40);
}

const WRONG_TYPES = [true, 1, 1.5, [], {}, ['a'], { a: 1 }] as const;
const notText = WRONG_TYPES;
const notNumbers = [true, 'text', [], {}, -1, 1.5, 1e300] as const;

const BODIES: readonly HostileInput[] = [
  body('no body', ''),
  ...each(
    ['null', 'true', '1', '""', '[]', '[{}]', '{}', '{', '}', '{"type"', '{"type":}', "{'type':'PING'}", 'NaN'],
    400,
    (text) => ({
      name: `body ${text}`,
      bytes: requestBytes('POST', MESSAGE, text, JSON_TYPE),
    }),
  ),
  body('a byte order mark', `\ufeff${JSON.stringify(PING)}`),
  body('two documents', `${JSON.stringify(PING)}${JSON.stringify(PING)}`),
  body(
    'invalid UTF-8',
    Buffer.concat([Buffer.from('{"type":"PING","from":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  ),
  body('UTF-16', Buffer.from(JSON.stringify(PING), 'utf16le')),
  body('gzip', Buffer.from('1f8b0800000000000003', 'hex')),
  body('100,000 opening brackets', '['.repeat(100_000)),
  body('100,000 nested objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  body('ten million opening brackets', '['.repeat(10_000_000)),
  body('10,000 fields', `{${Array.from({ length: 10_000 }, (_, i) => `"f${i}":${i}`).join(',')}}`),
  body('14 MB of NUL', Buffer.alloc(14_000_000)),
  body('16 MB of garbage', Buffer.alloc(16_000_000, 0x7b), 413),
  body('a string of 13 MB for a type', `{"type":"${'T'.repeat(13_000_000)}"}`, 200),
  body('a string of 13 MB for a sender', `{"type":"PING","from":"${'f'.repeat(13_000_000)}"}`),
  body('a number of a million digits', `{"type":"PING","from":"peer","timestamp":${'9'.repeat(1_000_000)}}`),
  body('a timestamp of 1e999', '{"type":"PING","from":"peer","timestamp":1e999}'),
  body('a ttl of 1e999', JSON.stringify(PUT).replace('"ttl":300', '"ttl":1e999')),
  body('__proto__ for an object', '{"__proto__":{"type":"PING","from":"peer"},"type":"PING"}'),
  body('__proto__ with what PING needs', '{"type":"PING","__proto__":{"from":"peer"}}'),
  body(
    'constructor and prototype as fields',
    '{"type":"PING","from":"peer","constructor":{"prototype":{"polluted":1}}}',
    200,
  ),
  body('the same field twice, the last one good', '{"type":"NOPE","type":"PING","from":[],"from":"peer"}', 200),
  body('the same field twice, the last one bad', '{"type":"PING","from":"peer","from":[]}'),
  body('fields nobody knows', JSON.stringify({ ...PING, y: { z: [1, 2, 3] } }), 200),
  ...each(
    ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'GET', 'put', '', ' PUT', 'PUT\0'],
    200,
    (type) => ({
      name: `type ${JSON.stringify(type)}, which nobody knows and nobody minds`,
      bytes: requestBytes('POST', MESSAGE, JSON.stringify({ ...PUT, type }), JSON_TYPE),
    }),
  ),
  ...each([null, 1, true, [], {}, ['PUT']], 400, (type) => ({
    name: `type ${JSON.stringify(type)}`,
    bytes: requestBytes('POST', MESSAGE, JSON.stringify({ ...PUT, type }), JSON_TYPE),
  })),
  ...each(
    ['text/html', '', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', '\xff'],
    200,
    (type) => ({
      name: `content type ${JSON.stringify(type)}, which does not matter`,
      bytes: requestBytes('POST', MESSAGE, JSON.stringify(PING), [`Content-Type: ${type}`]),
    }),
  ),
  {
    name: 'a content encoding nobody applied',
    bytes: requestBytes('POST', MESSAGE, JSON.stringify(PING), ['Content-Encoding: gzip']),
    expect: 200,
  },
  {
    name: 'two signatures where none is asked for',
    bytes: requestBytes('POST', MESSAGE, JSON.stringify(PING), ['X-Repram-Signature: a', 'X-Repram-Signature: b']),
    expect: 200,
  },
  ...each(['GET', 'PUT', 'DELETE', 'TRACE'], 405, (method) => ({
    name: `${method} of the gossip route`,
    bytes: requestBytes(method, MESSAGE, JSON.stringify(PING), JSON_TYPE),
  })),
];

const FIELDS: readonly HostileInput[] = [
  ...[PUT, ACK, PING, PONG, SYNC, LEAVE, NEWS, PINGREQ, PINGACK].flatMap((base) => [
    ...[undefined, null, '', ...notText].map((value) => message(base, 'from', value)),
    message(base, 'from', 'f'.repeat(257)),
    message(base, 'from', '\ud800'),
    message(base, 'from', 'new\nline'),
    ...notNumbers.map((value) => message(base, 'timestamp', value)),
    message(base, 'timestamp', 253_402_300_800),
    ...notText.map((value) => message(base, 'message_id', value)),
    message(base, 'message_id', 'm'.repeat(2049)),
    message(base, 'message_id', 'lone \udfff'),
  ]),
  ...[undefined, null, '', ...notText].map((value) => message(PUT, 'key', value)),
  message(PUT, 'key', 'k'.repeat(1025)),
  message(PUT, 'key', '\ud83d'),
  message(PUT, 'message_id', undefined),
  ...notText.map((value) => message(PUT, 'data', value)),
  ...[
    'YQ',
    'YQ=',
    'YQ===',
    '=',
    '====',
    'Y Q==',
    'YQ==\n',
    'YR==',
    'YWI-',
    'YWI_',
    'Y*==',
    '\u00e9YQ=',
    'YQ==YQ==',
  ].map((data) => message(PUT, 'data', data)),
  message(PUT, 'data', Buffer.alloc(10 * 1024 * 1024 + 1).toString('base64')),
  ...[...notNumbers, 2_147_483_648].map((value) => message(PUT, 'ttl', value)),
  ...[1, 'x', [], { reply: 1 }, { reply: 'yes' }].map((value) => message(PUT, 'x', value)),
  message(PUT, 'message_id', `hlc.${'9'.repeat(15)}.0.ab.peer`, 200),
  message(PUT, 'message_id', 'hlc.0.0.ab.', 200),
  message(PUT, 'message_id', `k-${'9'.repeat(13)}-${'9'.repeat(19)}-9999999999`, 200),
  message(PUT, 'timestamp', 253_402_300_799, 200),
  message(ACK, 'message_id', undefined),
  message(ACK, 'message_id', 'of-no-write', 200),
  ...notText.map((value) => message(ACK, 'to', value)),
  ...notText.map((value) => message(ACK, 'key', value)),
  message(PING, 'to', 'somebody-else', 421),
  ...notText.map((value) => message(PING, 'to', value)),
  ...[1, 'x', [], {}].map((value) => message(PING, 'node_info', value)),
  ...[1, 'x', [], { reply: 'yes' }].map((value) => message(PING, 'x', value)),
  message(PONG, 'to', 'somebody-else', 200),
  ...[undefined, null, 1, 'x', [], {}].map((value) => message(SYNC, 'node_info', value)),
  ...[1, 'x', [], { reply: 'yes' }, { reply: 1 }].map((value) => message(SYNC, 'x', value)),
  ...[1, [], 'x', 'AAAAAQ', 'A'.repeat(1024)].map((digest) => message(SYNC, 'x', { reply: true, digest })),
  ...[{}, { reply: false }, { reply: true }, { reply: true, nodes: [SYNC] }, { reply: true, digest: 'AAAAAQ==' }].map(
    (value) => message(SYNC, 'x', value, 200),
  ),
  ...[undefined, null, 1, 'x', [], {}, { incarnation: -1 }, { incarnation: 1.5 }, { incarnation: '1' }].map((value) =>
    message(LEAVE, 'x', value),
  ),
  message(LEAVE, 'from', 'never-seen', 200),
];

const NODE_INFO: readonly HostileInput[] = [
  ...[undefined, null, '', ...notText].map((value) => sync('id', value)),
  sync('id', 'i'.repeat(257)),
  sync('id', '\u0000'),
  sync('id', '__proto__', 200),
  ...[
    undefined,
    null,
    '',
    1,
    [],
    {},
    'http://x',
    'a/b',
    'a b',
    'a:b',
    'a@b',
    '[::1',
    '::1]',
    '[',
    '..',
    '-a-',
    '%41',
    'x?y',
    'x#y',
    '1.2.3.999',
    '1.2.3',
    '0x7f000001',
    '2130706433',
    '127.1',
    ':::',
    'fe80::1%eth0',
    'h'.repeat(254),
    'h\u00f6st',
    '\u2024',
    'x\0',
    '\\\\server',
  ].map((value) => sync('address', value)),
  ...[
    'xn--a',
    'xn--0.xn--0',
    '169.254.169.254',
    '[::1]',
    '[fe80::1]',
    '[::ffff:169.254.169.254]',
    '0.0.0.0',
    '255.255.255.255',
    'metadata.invalid',
  ].map((value) => sync('address', value, 200)),
  ...[undefined, null, 0, -1, 65_536, 1.5, '80', true, [], {}, 1e300].map((value) => sync('http_port', value)),
  ...[-1, 65_536, 1.5, '80', true, [], {}].map((value) => sync('port', value)),
  ...[1, true, [], {}, 'e'.repeat(257), '\u0007'].map((value) => sync('enclave', value)),
  ...[
    1,
    'x',
    [],
    {},
    { incarnation: 1 },
    { incarnation: -1, instance: 'i' },
    { incarnation: 2 ** 60, instance: 'i' },
    { incarnation: 1, instance: '' },
    { incarnation: 1, instance: 'i'.repeat(65) },
  ].map((value) => sync('x', value)),
  sync('x', { incarnation: Number.MAX_SAFE_INTEGER, instance: 'i' }, 200),
];

/** Bodies posted as gossip messages. */
export const GOSSIP_INPUTS: readonly HostileInput[] = [...BODIES, ...FIELDS, ...NODE_INFO];
