import { each, type HostileInput, requestBytes } from './input.js';

const BOOTSTRAP = '/v1/bootstrap';

const joiner = { node_id: 'joiner', address: '203.0.113.8', gossip_port: 9090, http_port: 8080, enclave: 'default' };

const body = (name: string, content: string | Uint8Array, expect: HostileInput['expect'] = 400): HostileInput => ({
  name: `bootstrap: ${name}`,
  bytes: requestBytes('POST', BOOTSTRAP, content),
  expect,
});

const request = (field: string, value: unknown, expect: number = 400): HostileInput =>
  body(
    `${field} ${(JSON.stringify(value) ?? 'left out').slice(0, 40)}`,
    JSON.stringify({ ...joiner, [field]: value }),
    expect,
  );

/** Asks to join from the address the node itself advertises. */
export function bootstrapFrom(address: string, port: number): HostileInput {
  return body('our address', JSON.stringify({ ...joiner, address, http_port: port }), 403);
}

/** Bodies posted as requests to join, to a node of this id. */
export function bootstrapInputs(nodeId: string): readonly HostileInput[] {
  return [
    body('no body', ''),
    ...['null', '[]', '"x"', '1', '{', '{}', '[{}]'].map((text) => body(text, text)),
    body('10,000 fields', `{${Array.from({ length: 10_000 }, (_, i) => `"f${i}":1`).join(',')}}`, 413),
    body('5000 opening brackets', '['.repeat(5000)),
    body('17 kB', ' '.repeat(17_000), 413),
    body('__proto__ for the fields', `{"__proto__":${JSON.stringify(joiner)}}`),
    request('node_id', nodeId, 409),
    ...[undefined, null, '', 1, true, [], {}, 'n'.repeat(257), 'a\nb', '\ud800'].map((value) =>
      request('node_id', value),
    ),
    ...[undefined, null, '', 1, [], {}, 'http://x', 'a/b', 'a b', '[::1', '1.2.3.4.5', 'x:80', '0x1'].map((value) =>
      request('address', value),
    ),
    ...[undefined, null, 0, -1, 65_536, 1.5, '80', true, [], {}].map((value) => request('http_port', value)),
    ...[-1, 65_536, '80', [], {}].map((value) => request('gossip_port', value)),
    ...[1, [], {}, 'e'.repeat(257)].map((value) => request('enclave', value)),
    ...[1, 'x', [], {}, { incarnation: 'x', instance: 'i' }].map((value) => request('x', value)),
    ...['xn--a', '169.254.169.254', '[::1]'].map((value) => request('address', value, 200)),
    ...each(['GET', 'PUT', 'DELETE', 'PATCH'], 405, (method) => ({
      name: `bootstrap: ${method}`,
      bytes: requestBytes(method, BOOTSTRAP, JSON.stringify(joiner)),
    })),
  ];
}
