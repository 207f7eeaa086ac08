/** Inputs that ended, or would end, a careless node. Each is `[name, what is sent]`. */
type Named = readonly [string, string];

const info = { id: 'ghost', address: '127.0.0.1', port: 1, http_port: 1 };
const sync = { type: 'SYNC', from: 'ghost', timestamp: 1, message_id: 'hostile-sync' };
const put = {
  type: 'PUT',
  from: 'ghost',
  key: 'hostile',
  data: 'eA==',
  ttl: 600,
  timestamp: 1,
  message_id: 'hostile-put',
};
const joiner = { node_id: 'ghost', address: '127.0.0.1', gossip_port: 1, http_port: 1 };

function named(prefix: string, values: readonly unknown[]): Named[] {
  return values.map((value) => {
    const text = JSON.stringify(value);
    return [`${prefix} ${text.length > 80 ? `${text.slice(0, 77)}...` : text}`, text];
  });
}

const NO_OBJECT: readonly Named[] = [
  ['an empty body', ''],
  ['half an object', '{"type":"PUT"'],
  ['a bare word', 'nope'],
  ['a NUL', '\0'],
  ['invalid UTF-8 as text', '\ud800'],
  ['[]', '[]'],
  ['null', 'null'],
  ['true', 'true'],
  ['a number', '1e999'],
  ['a string', '"PUT"'],
  ['nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['nested objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ['a prototype', '{"__proto__":{"type":"PUT"},"type":"PUT"}'],
];

export const HOSTILE_MESSAGES: readonly Named[] = [
  ...NO_OBJECT,
  ...named('message', [
    {},
    { type: null },
    { type: 5, from: 5, message_id: 5 },
    { type: ['PUT'], from: 'x' },
    { type: 'constructor', from: 'x', timestamp: 1, message_id: 'c' },
    { ...put, from: null },
    { ...put, message_id: 'h-1', key: null },
    { ...put, message_id: 'h-2', key: { toString: 1 } },
    { ...put, message_id: 'h-3', key: '__proto__' },
    { ...put, message_id: 'h-4', key: 'k'.repeat(100_000) },
    { ...put, message_id: 'h-5', data: 5 },
    { ...put, message_id: 'h-6', data: '!!!! not base64' },
    { ...put, message_id: 'h-7', data: { length: 1e9 } },
    { ...put, message_id: 'h-8', ttl: -1 },
    { ...put, message_id: 'h-9', ttl: 1e300 },
    { ...put, message_id: 'h-10', ttl: '600' },
    { ...put, message_id: 'h-11', timestamp: -1e300 },
    { ...put, message_id: 'h-12', timestamp: 'now' },
    { ...put, message_id: { deep: true } },
    { ...put, message_id: 'm'.repeat(100_000) },
    { ...sync },
    { ...sync, node_info: null },
    { ...sync, node_info: [] },
    { ...sync, node_info: {} },
    { ...sync, node_info: { ...info, id: '' } },
    { ...sync, node_info: { ...info, id: 5 } },
    { ...sync, node_info: { ...info, id: 'ghost-port-0', http_port: 0 } },
    { ...sync, node_info: { ...info, id: 'ghost-port-70000', http_port: 70_000 } },
    { ...sync, node_info: { ...info, id: 'ghost-port-text', http_port: '80' } },
    { ...sync, node_info: { ...info, id: 'ghost-address', address: 'not a host/../x?y#z' } },
    { ...sync, node_info: { ...info, id: 'ghost-address-2', address: 'a@b:1' } },
    { ...sync, node_info: { ...info, id: 'ghost-address-3', address: { evil: 1 } } },
    { ...sync, node_info: { ...info, id: 'ghost-enclave', enclave: 5 } },
    { type: 'PING', from: null, timestamp: 1, message_id: 'h-ping' },
    { type: 'PONG', from: 'ghost', node_info: 'x', timestamp: 1, message_id: 'h-pong' },
    { type: 'ACK', from: 'ghost', timestamp: 1 },
    { type: 'ACK', from: 'ghost', timestamp: 1, message_id: [] },
  ]),
];

export const HOSTILE_BOOTSTRAPS: readonly Named[] = [
  ...NO_OBJECT,
  ...named('bootstrap', [
    {},
    { ...joiner, node_id: '' },
    { ...joiner, node_id: 5 },
    { ...joiner, node_id: null },
    { ...joiner, node_id: 'ghost-b-address', address: null },
    { ...joiner, node_id: 'ghost-b-address-2', address: 'a b/c' },
    { ...joiner, node_id: 'ghost-b-port', http_port: -1 },
    { ...joiner, node_id: 'ghost-b-port-2', http_port: 'x' },
    { ...joiner, node_id: 'ghost-b-port-3', http_port: 1.5 },
    { ...joiner, node_id: 'ghost-b-enclave', enclave: {} },
  ]),
];

/** Request targets, sent on a raw socket. */
export const HOSTILE_TARGETS: readonly string[] = [
  '/v1/data/%',
  '/v1/data/%zz',
  '/v1/data/%ff%fe',
  '/v1/data/%00',
  '/v1/data/',
  '/v1/data/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/v1/data/../../etc/passwd',
  '//v1//data//x',
  '//',
  '/v1/keys?limit=%zz',
  '/v1/keys?cursor=%ff',
  '/v1/keys?limit=99999999999999999999',
  '/v1/data/x?ttl=%zz',
  '/v1/data/__proto__',
  '/v1/data/constructor',
  `/v1/data/${'k'.repeat(6000)}`,
  'http://other.example/v1/health',
  'http://[/v1/health',
  '*',
  '/v1/health?%',
];

/** Whole requests, sent on a raw socket. */
export function hostileRequests(): readonly Named[] {
  const host = 'Host: x\r\nConnection: close\r\n';
  const post = 'POST /v1/gossip/message HTTP/1.1\r\n';
  return [
    ['no HTTP', 'hello?\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['no Host', 'GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a bad Host', 'GET /v1/health HTTP/1.1\r\nHost: a b:c\r\nConnection: close\r\n\r\n'],
    ['an empty Host', 'GET /v1/health HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['a Host of brackets', 'GET /v1/health HTTP/1.1\r\nHost: [[\r\nConnection: close\r\n\r\n'],
    ['two Hosts', `GET /v1/health HTTP/1.1\r\nHost: y\r\n${host}\r\n`],
    ['HTTP/9.9', `GET / HTTP/9.9\r\n${host}\r\n`],
    ['a huge header', `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(200_000)}\r\n\r\n`],
    ['two lengths', `${post}${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx`],
    ['a negative length', `${post}${host}Content-Length: -1\r\n\r\n`],
    ['a length that lies', `${post}${host}Content-Length: 50\r\n\r\n{}`],
    ['a length without end', `${post}${host}Content-Length: 99999999999999999999\r\n\r\n{}`],
    ['a length of 100 GB', `${post}${host}Content-Length: 107374182400\r\n\r\n{}`],
    ['bad chunks', `${post}${host}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`],
    ['a bad upgrade', `GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
    ['an upgrade to nothing', `GET /nope HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`],
    [
      'an upgrade with a bad target',
      `GET //[ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ],
    ['CONNECT', `CONNECT a:1 HTTP/1.1\r\n${host}\r\n`],
    ['TRACE', `TRACE / HTTP/1.1\r\n${host}\r\n`],
    ['Expect', `${post}${host}Expect: 900-nope\r\nContent-Length: 2\r\n\r\n{}`],
  ];
}
