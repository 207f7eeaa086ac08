import { each, type HostileInput, requestBytes, requestText } from './input.js';

const KEY = '/v1/data/hostile';
const CHUNKED = 'Transfer-Encoding: chunked';
const MAX_VALUE_BYTES = 10 * 1024 * 1024;

const put = (name: string, headers: readonly string[], body: string, expect: HostileInput['expect']): HostileInput => ({
  name,
  bytes: requestText('PUT', KEY, headers, body),
  expect,
});

const get = (target: string, expect: number): HostileInput => ({
  name: `target ${JSON.stringify(target).slice(0, 60)}`,
  bytes: requestText('GET', target),
  expect,
});

const upgrade = (target: string, headers: readonly string[], expect: number): HostileInput => ({
  name: `upgrade of ${target} by ${JSON.stringify(headers).slice(0, 60)}`,
  bytes: requestText('GET', target, headers),
  expect,
});

const FRAMING: readonly HostileInput[] = [
  put('two different Content-Lengths', ['Content-Length: 1', 'Content-Length: 2'], 'a', 400),
  put('two equal Content-Lengths', ['Content-Length: 1', 'Content-Length: 1'], 'a', 400),
  put('Content-Length and Transfer-Encoding', ['Content-Length: 5', CHUNKED], '0\r\n\r\n', 400),
  put('Transfer-Encoding and Content-Length', [CHUNKED, 'Content-Length: 5'], '0\r\n\r\n', 400),
  ...each(['-1', '1.5', 'one', '', '+1', '0x1', '1e3', '1, 1', '99999999999999999999'], 400, (length) => ({
    name: `Content-Length ${JSON.stringify(length)}`,
    bytes: requestText('PUT', KEY, [`Content-Length: ${length}`], 'a'),
  })),
  put('Content-Length of a petabyte', ['Content-Length: 1125899906842624'], 'a', 413),
  put('Content-Length beyond 2^53', ['Content-Length: 9007199254740993'], 'a', 413),
  ...each(['gzip', 'gzip, chunked', 'chunked, chunked', 'identity', 'chunke', ''], 400, (coding) => ({
    name: `Transfer-Encoding ${JSON.stringify(coding)}`,
    bytes: requestText('PUT', KEY, [`Transfer-Encoding: ${coding}`], '0\r\n\r\n'),
  })),
  {
    name: 'Transfer-Encoding in HTTP/1.0',
    bytes: `PUT ${KEY} HTTP/1.0\r\nHost: node\r\n${CHUNKED}\r\n\r\n0\r\n\r\n`,
    expect: 400,
  },
  ...each(['zz', '-1', '', ' ', '0x1', 'f'.repeat(20), '1 1', '\0'], 400, (size) => ({
    name: `chunk size ${JSON.stringify(size)}`,
    bytes: requestText('PUT', KEY, [CHUNKED], `${size}\r\na\r\n0\r\n\r\n`),
  })),
  put('chunk longer than its size', [CHUNKED], '1\r\nabcdef\r\n0\r\n\r\n', 400),
  put('chunk extensions of 20 kB', [CHUNKED], `1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`, 413),
  put('trailers of 20 kB', [CHUNKED], `1\r\na\r\n0\r\nX-Y: ${'x'.repeat(20_000)}\r\n\r\n`, 431),
  put('garbage for a trailer', [CHUNKED], '1\r\na\r\n0\r\n\x01\x02\r\n\r\n', 400),
  put('a body that is never finished', ['Content-Length: 10'], 'a', 'abandoned'),
  { ...put('a body cut short', ['Content-Length: 10'], 'a', 400), halfClose: true },
  { ...put('a chunk cut short', [CHUNKED], '64\r\nabc', 400), halfClose: true },
  put('an expectation nobody knows', ['Expect: miracles', 'Content-Length: 1'], 'a', 417),
  put('an empty expectation', ['Expect: ', 'Content-Length: 1'], 'a', 417),
  put('go-ahead asked for a petabyte', ['Expect: 100-continue', 'Content-Length: 1125899906842624'], '', 413),
  put('go-ahead asked for an invalid length', ['Expect: 100-continue', 'Content-Length: -1'], '', 400),
  {
    name: 'one byte too many',
    bytes: requestBytes('PUT', KEY, Buffer.alloc(MAX_VALUE_BYTES + 1)),
    expect: 413,
  },
  {
    name: '16 MB of garbage in chunks of unknown total',
    bytes: Buffer.concat([
      Buffer.from(requestText('PUT', KEY, [CHUNKED], 'f00000\r\n')),
      Buffer.alloc(0xf00000, 0xee),
      Buffer.from('\r\n0\r\n\r\n'),
    ]),
    expect: 413,
  },
  {
    name: 'a body that claims to be compressed, and is kept as it is',
    bytes: requestBytes('PUT', KEY, 'not gzip', ['Content-Encoding: gzip']),
    expect: 201,
  },
  { name: 'GET with a body', bytes: requestBytes('GET', '/v1/health', 'body'), expect: 200 },
  { name: 'HEAD with a body', bytes: requestBytes('HEAD', KEY, 'body'), expect: 200 },
];

const TARGETS: readonly HostileInput[] = [
  get('*', 400),
  get('//', 404),
  get('///v1/health', 404),
  get('/%', 404),
  get('/%zz', 404),
  get('/%00', 404),
  get('/%c0%af', 404),
  get('/%2e%2e/%2e%2e/etc/passwd', 404),
  get('/../../etc/passwd', 404),
  get('/\\..\\', 400),
  get('/v1/health\\', 400),
  get('/\xff\xfe', 400),
  get('/v1/health%00', 404),
  get('/v1/data/', 400),
  get('/v1/data/%', 400),
  get('/v1/data/%zz', 400),
  get('/v1/data/%ff', 400),
  get('/v1/data/%c0%af', 400),
  get('/v1/data/%ed%a0%80', 400),
  get('/v1/data/%f4%90%80%80', 400),
  get('/v1/data/\xff', 400),
  get('/v1/data/\xc3\xa9', 400),
  get(`/v1/data/${'k'.repeat(1025)}`, 400),
  get(`/v1/data/${'%F0%9F%94%A5'.repeat(257)}`, 400),
  get('/v1/data/__proto__', 404),
  get('/v1/data/constructor', 404),
  get('/v1/data/hasOwnProperty?ttl=__proto__', 404),
  get('/v1/data/..%2f..%2fetc%2fpasswd', 404),
  get('/__proto__', 404),
  get('/v1/__proto__/constructor', 404),
  get('/v1/keys?limit=%&prefix=%zz&cursor=%', 200),
  get('/v1/keys?prefix=%ff%fe&cursor=%c0', 200),
  get('/v1/keys?limit=1e999&limit=-1', 200),
  get('/v1/keys?__proto__=1&constructor=2&limit[]=3', 200),
  get(`/v1/keys?${'a=1&'.repeat(3000)}`, 200),
  get('/v1/keys?limit=99999999999999999999999', 200),
  get('/v1/data/x?ttl=%', 404),
  get('?', 400),
  get('v1/health', 400),
  get('node:80', 400),
  get('http://', 400),
  get('http:///v1/health', 400),
  get('http://[::1/v1/health', 400),
  get('http://a b/v1/health', 400),
  get('http://user@node/v1/health', 400),
  get('http://node:99999/v1/health', 400),
  get('http://\xff/v1/health', 400),
  get('ftp://node/v1/health', 400),
  get('file:///etc/passwd', 400),
  get('javascript:alert(1)', 400),
  get('http://169.254.169.254/latest/meta-data', 404),
  { name: 'OPTIONS of no target', bytes: requestText('OPTIONS', 'nothing'), expect: 400 },
  { name: 'OPTIONS of a broken host', bytes: requestText('OPTIONS', 'http://[::1/'), expect: 400 },
  { name: 'TRACE, which would echo', bytes: requestText('TRACE', '/v1/health', ['Cookie: secret']), expect: 405 },
  ...each(['DELETE', 'PATCH', 'PROPFIND', 'LOCK', 'M-SEARCH', 'PURGE', 'QUERY'], 405, (method) => ({
    name: `method ${method}`,
    bytes: requestText(method, KEY, ['Content-Length: 0']),
  })),
];

const WEBSOCKET = ['Connection: Upgrade', 'Upgrade: websocket'];
const WEBSOCKET_KEY = [...WEBSOCKET, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='];

const UPGRADES: readonly HostileInput[] = [
  ...['/', '/v1/health', '/v1/data/canary', '/v1/gossip/message', '*'].map((target) =>
    upgrade(target, WEBSOCKET_KEY, 404),
  ),
  upgrade('nonsense:', WEBSOCKET_KEY, 400),
  upgrade('/v1/health', WEBSOCKET, 404),
  upgrade('/v1/health', [...WEBSOCKET, 'Sec-WebSocket-Key: \xff'], 404),
  upgrade('/v1/health', [...WEBSOCKET, 'Sec-WebSocket-Version: -1'], 404),
  upgrade('/v1/health', [...WEBSOCKET, 'Host: [::1'], 404),
  upgrade('/v1/health', ['Connection: upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABk'], 400),
  upgrade('/v1/health', ['Connection: Upgrade', 'Upgrade: TLS/1.0'], 400),
  upgrade('/v1/health', ['Connection: Upgrade', 'Upgrade: \xff'], 400),
  upgrade('/v1/health', ['Connection: Upgrade', 'Upgrade: a', 'Upgrade: b'], 400),
  upgrade('/v1/health', ['Connection: Upgrade', `Upgrade: ${'u'.repeat(8000)}`], 400),
  upgrade('/v1/health', ['Connection: Upgrade', 'Upgrade: '], 200),
  upgrade('/v1/health', ['Connection: Upgrade'], 200),
  upgrade('/v1/health', ['Upgrade: websocket'], 200),
  {
    name: 'upgrade of a write',
    bytes: requestText('PUT', KEY, [...WEBSOCKET_KEY, 'Content-Length: 1'], 'a'),
    expect: 404,
  },
];

const PIPELINED: readonly HostileInput[] = [
  {
    name: 'garbage pipelined behind a good request',
    bytes: `${requestText('GET', '/v1/health')}\x01\x02\x03\r\n\r\n`,
    expect: 200,
  },
  {
    name: 'upgrade pipelined behind a good request',
    bytes: requestText('GET', '/v1/health') + requestText('GET', '/v1/ws', WEBSOCKET_KEY),
    expect: 200,
  },
  {
    name: 'CONNECT pipelined behind a good request',
    bytes: requestText('GET', '/v1/health') + requestText('CONNECT', 'node:80'),
    expect: 200,
  },
  {
    name: 'a thousand requests pipelined',
    bytes: requestText('GET', '/v1/data/canary').repeat(1000),
    expect: 200,
  },
  {
    name: 'a smuggled request behind a short Content-Length',
    bytes: requestText('PUT', KEY, ['Content-Length: 1'], `a${requestText('FROB', '/v1/data/canary')}`),
    expect: 201,
  },
];

/** Requests that are HTTP in form: framing, targets, upgrades, pipelining. */
export const HTTP_INPUTS: readonly HostileInput[] = [...FRAMING, ...TARGETS, ...UPGRADES, ...PIPELINED];
