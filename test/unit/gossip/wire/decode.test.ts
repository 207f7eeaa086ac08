import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../../src/gossip/wire/decode.js';
import {
  MAX_MESSAGE_BYTES,
  MAX_PROBE_TIMEOUT_MS,
  MAX_TIMESTAMP_S,
  MAX_VALUE_BYTES,
  MAX_WIRE_TTL_S,
} from '../../../../src/gossip/wire/limits.js';

const node = { id: 'n', address: '10.0.0.1', port: 9090, http_port: 8080, enclave: 'e' };
const extended = { ...node, x: { incarnation: 1, instance: 'ab' } };
const put = { type: 'PUT', from: 'a', key: 'k', data: 'AA==', ttl: 60, timestamp: 1, message_id: 'm' };
const ack = { type: 'ACK', from: 'a', message_id: 'm' };
const ping = { type: 'PING', from: 'a' };
const sync = { type: 'SYNC', from: 'a', node_info: node };
const leave = { type: 'LEAVE', from: 'a', x: { incarnation: 5 } };
const left = { k: 'left', id: 'n', inc: 5 };
const news = { type: 'NEWS', from: 'a', x: { news: [left] } };
const pingReq = { type: 'PINGREQ', from: 'a', to: 'n', message_id: 'm', x: { timeout_ms: 500 } };
const pingAck = { type: 'PINGACK', from: 'b', to: 'a', message_id: 'm', x: { acked: true } };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (value: unknown) => decodeMessage(bytes(JSON.stringify(value)));
const message = (value: unknown) => {
  const result = decode(value);
  return result.ok ? result.message : result.error;
};

describe('decodeMessage', () => {
  it('reads absent, null and empty optional fields as the same', () => {
    const bare = { type: 'PUT', from: 'a', key: 'k', message_id: 'm' };
    const expected = {
      type: 'PUT',
      from: 'a',
      timestampS: 0,
      messageId: 'm',
      key: 'k',
      data: Buffer.alloc(0),
      ttlSeconds: 0,
    };
    expect(message(bare)).toEqual(expected);
    expect(message({ ...bare, data: null, ttl: null, timestamp: null })).toEqual(expected);
    expect(message({ ...bare, data: '', ttl: 0, timestamp: 0 })).toEqual(expected);
    expect(message(ack)).toEqual({ type: 'ACK', from: 'a', timestampS: 0, messageId: 'm', to: '', key: '' });
    expect(message({ ...ack, to: null, key: '' })).toEqual(message(ack));
    expect(message({ ...ping, to: '', node_info: null, message_id: '' })).toEqual({
      type: 'PING',
      from: 'a',
      timestampS: 0,
      messageId: '',
      to: '',
    });
  });

  it.each([undefined, null, ''])('puts a node with enclave %j into the default one', (enclave) => {
    expect(message({ ...sync, node_info: { ...node, enclave } })).toMatchObject({ nodeInfo: { enclave: 'default' } });
  });

  it.each([undefined, null, 0])('knows no gossip port from %j', (port) => {
    expect(message({ ...sync, node_info: { ...node, port } })).toMatchObject({ nodeInfo: { port: 0 } });
  });

  it.each([
    ['[2001:DB8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['Node-1.Example', 'node-1.example'],
  ])('normalises the address %s, so that one node is not two', (address, expected) => {
    expect(message({ ...sync, node_info: { ...node, address } })).toMatchObject({ nodeInfo: { address: expected } });
  });

  it('reads the extension and LEAVE', () => {
    expect(message({ ...sync, node_info: extended })).toMatchObject({
      nodeInfo: { extension: { incarnation: 1, instance: 'ab' } },
    });
    expect(message(leave)).toEqual({ type: 'LEAVE', from: 'a', timestampS: 0, messageId: '', incarnation: 5 });
  });

  it('reads news wherever it goes along, and an accusation', () => {
    const read = [{ kind: 'left', id: 'n', incarnation: 5 }];
    expect(message({ ...ping, x: { reply: true, accused: 5, news: [left] } })).toMatchObject({
      wantsReply: true,
      accused: 5,
      news: read,
    });
    expect(message({ ...ping, type: 'PONG', x: { news: [left] } })).toMatchObject({ news: read });
    expect(message({ ...sync, x: { news: [left] } })).toMatchObject({ news: read });
    expect(message(news)).toEqual({ type: 'NEWS', from: 'a', timestampS: 0, messageId: '', news: read });
    expect(message({ ...pingReq, x: { ...pingReq.x, news: [left] } })).toMatchObject({ news: read });
  });

  it('reads an indirect probe, and what became of it', () => {
    expect(message(pingReq)).toEqual({
      type: 'PINGREQ',
      from: 'a',
      timestampS: 0,
      messageId: 'm',
      to: 'n',
      timeoutMs: 500,
    });
    const acked = { type: 'PINGACK', from: 'b', timestampS: 0, messageId: 'm', to: 'a', acked: true };
    expect(message(pingAck)).toEqual(acked);
    expect(message({ ...pingAck, x: {} })).toEqual({ ...acked, acked: false });
  });

  it('loses only the news that is malformed or unknown, never the message', () => {
    const entries = [null, { k: 'rumour' }, left, { ...left, inc: -1 }];
    expect(message({ ...ping, x: { news: entries } })).toEqual(message({ ...ping, x: { news: [left] } }));
    expect(message({ ...ping, x: { news: [null] } })).toEqual(message(ping));
    expect(message({ ...news, x: {} })).toMatchObject({ news: [] });
  });

  it('leaves no extension on a node that sent none', () => {
    expect(Object.keys((message(sync) as { nodeInfo: object }).nodeInfo)).not.toContain('extension');
  });

  it.each(['GET', 'WAT', 'put', '', 'constructor', '__proto__', 'hasOwnProperty'])(
    'ignores the type %j whatever else it holds',
    (type) => {
      expect(message({ type, from: 5, key: [], node_info: 'x' })).toEqual({ type: 'UNKNOWN' });
    },
  );

  it('ignores fields it does not know', () => {
    expect(message({ ...put, extra: { deep: [[[{}]]] } })).toEqual(message(put));
  });

  it('does not take a field from a prototype a message brings along', () => {
    expect(decodeMessage(bytes('{"__proto__":{"from":"a","key":"k","message_id":"m"},"type":"PUT"}'))).toEqual({
      ok: false,
      error: 'Invalid message: from',
    });
  });

  const text = (length: number) => 'x'.repeat(length);
  it.each([
    ['type', {}],
    ['type', { ...put, type: 5 }],
    ['type', { ...put, type: null }],
    ['from', { ...put, from: undefined }],
    ['from', { ...put, from: '' }],
    ['from', { ...put, from: 5 }],
    ['from', { ...put, from: text(257) }],
    ['from', { ...put, from: 'ü'.repeat(129) }],
    ['from', { ...put, from: 'a\nb' }],
    ['from', { ...put, from: 'a\u007f' }],
    ['from', { ...put, from: 'a\u0000' }],
    ['from', { ...ping, from: undefined }],
    ['from', { ...sync, from: undefined }],
    ['from', { ...leave, from: undefined }],
    ['key', { ...put, key: undefined }],
    ['key', { ...put, key: '' }],
    ['key', { ...put, key: text(1025) }],
    ['key', { ...put, key: '€'.repeat(342) }],
    ['key', { ...put, key: ['k'] }],
    ['key', { ...ack, key: 5 }],
    ['key', { ...ack, key: 0 }],
    ['message_id', { ...put, message_id: undefined }],
    ['message_id', { ...put, message_id: '' }],
    ['message_id', { ...put, message_id: text(2049) }],
    ['message_id', { ...ack, message_id: null }],
    ['message_id', { ...ping, message_id: 5 }],
    ['data', { ...put, data: 5 }],
    ['data', { ...put, data: [0] }],
    ['data', { ...put, data: 'A' }],
    ['data', { ...put, data: 'AA' }],
    ['data', { ...put, data: 'AA=A' }],
    ['data', { ...put, data: 'A===' }],
    ['data', { ...put, data: 'AB==' }],
    ['data', { ...put, data: 'AA==\n' }],
    ['data', { ...put, data: '-_-_' }],
    ['ttl', { ...put, ttl: -1 }],
    ['ttl', { ...put, ttl: 0.5 }],
    ['ttl', { ...put, ttl: '60' }],
    ['ttl', { ...put, ttl: '' }],
    ['ttl', { ...put, ttl: MAX_WIRE_TTL_S + 1 }],
    ['timestamp', { ...put, timestamp: -1 }],
    ['timestamp', { ...put, timestamp: 1.5 }],
    ['timestamp', { ...put, timestamp: MAX_TIMESTAMP_S + 1 }],
    ['timestamp', { ...put, timestamp: true }],
    ['to', { ...ack, to: text(257) }],
    ['to', { ...ping, to: {} }],
    ['to', { ...ping, to: 0 }],
    ['node_info', { ...sync, node_info: undefined }],
    ['node_info', { ...sync, node_info: null }],
    ['node_info', { ...sync, node_info: [] }],
    ['node_info', { ...ping, node_info: 'n' }],
    ['node_info.id', { ...sync, node_info: { enclave: 'default' } }],
    ['node_info.id', { ...ping, node_info: { ...node, id: 'a\u001b[2J' } }],
    ['node_info.address', { ...sync, node_info: { ...node, address: 'a b' } }],
    ['node_info.address', { ...sync, node_info: { ...node, address: 'http://a' } }],
    ['node_info.address', { ...sync, node_info: { ...node, address: '' } }],
    ['node_info.http_port', { ...sync, node_info: { ...node, http_port: 0 } }],
    ['node_info.http_port', { ...sync, node_info: { ...node, http_port: 65_536 } }],
    ['node_info.http_port', { ...sync, node_info: { ...node, http_port: '8080' } }],
    ['node_info.http_port', { ...sync, node_info: { ...node, http_port: undefined } }],
    ['node_info.port', { ...sync, node_info: { ...node, port: -1 } }],
    ['node_info.port', { ...sync, node_info: { ...node, port: 65_536 } }],
    ['node_info.enclave', { ...sync, node_info: { ...node, enclave: 'a\tb' } }],
    ['node_info.x', { ...sync, node_info: { ...node, x: 5 } }],
    ['node_info.x.incarnation', { ...sync, node_info: { ...node, x: {} } }],
    ['node_info.x.incarnation', { ...sync, node_info: { ...node, x: { incarnation: 2 ** 53, instance: 'a' } } }],
    ['node_info.x.incarnation', { ...sync, node_info: { ...node, x: { incarnation: -1, instance: 'a' } } }],
    ['node_info.x.instance', { ...sync, node_info: { ...node, x: { incarnation: 1 } } }],
    ['node_info.x.instance', { ...sync, node_info: { ...node, x: { incarnation: 1, instance: text(65) } } }],
    ['x', { ...leave, x: undefined }],
    ['x.incarnation', { ...leave, x: {} }],
    ['x.incarnation', { ...leave, x: { incarnation: '5' } }],
    ['x.news', { ...ping, x: { news: {} } }],
    ['x.news', { ...ping, type: 'PONG', x: { news: 'none' } }],
    ['x.news', { ...sync, x: { news: 5 } }],
    ['x.accused', { ...ping, x: { accused: -1 } }],
    ['x.accused', { ...ping, x: { accused: '5' } }],
    ['x', { ...news, x: undefined }],
    ['x.news', { ...news, x: { news: left } }],
    ['to', { ...pingReq, to: undefined }],
    ['x', { ...pingReq, x: null }],
    ['x.timeout_ms', { ...pingReq, x: {} }],
    ['x.timeout_ms', { ...pingReq, x: { timeout_ms: MAX_PROBE_TIMEOUT_MS + 1 } }],
    ['x', { ...pingAck, x: undefined }],
    ['x.acked', { ...pingAck, x: { acked: 1 } }],
  ])('rejects a wrong %s: %j', (field, value) => {
    expect(decode(value)).toEqual({ ok: false, error: `Invalid message: ${field}` });
  });

  it.each(['key', 'from', 'message_id'])('rejects a %s with half a surrogate pair', (field) => {
    const text = JSON.stringify({ ...put, [field]: 'HERE' }).replace('HERE', 'a\\ud800');
    expect(decodeMessage(bytes(text))).toEqual({ ok: false, error: `Invalid message: ${field}` });
  });

  it('takes texts and numbers at their very limit', () => {
    const limits = {
      from: text(256),
      key: `${'€'.repeat(341)}a`,
      message_id: text(2048),
      ttl: MAX_WIRE_TTL_S,
      timestamp: MAX_TIMESTAMP_S,
    };
    expect(decode({ ...put, ...limits }).ok).toBe(true);
    expect(decode({ ...put, key: '\u0000\n\u007f\u{1f600}' }).ok).toBe(true);
  });

  it('takes a value of exactly the limit and none a byte larger', () => {
    const value = Buffer.alloc(MAX_VALUE_BYTES + 1, 7);
    const largest = message({ ...put, data: value.subarray(1).toString('base64') });
    expect(largest).toMatchObject({ type: 'PUT' });
    expect((largest as { data: Uint8Array }).data.byteLength).toBe(MAX_VALUE_BYTES);
    expect(message({ ...put, data: value.toString('base64') })).toBe('Invalid message: data');
  });

  it('hands out data that pins no pool and no body', () => {
    const decoded = message({ ...put, data: 'AAEC' }) as { data: Uint8Array };
    expect([...decoded.data]).toEqual([0, 1, 2]);
    expect(decoded.data.buffer.byteLength).toBe(3);
  });

  it.each([
    ['no bytes', ''],
    ['half a message', '{"type":"PUT"'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"PUT"'],
    ['a number', '1'],
    ['two messages', '{"type":"GET"}{"type":"GET"}'],
    ['a byte order mark', '\ufeff{"type":"GET"}'],
  ])('answers Invalid JSON to %s', (_what, text) => {
    expect(decodeMessage(bytes(text))).toEqual({ ok: false, error: 'Invalid JSON' });
  });

  it.each([
    ['a stray continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut short', [0xe2, 0x82]],
  ])('answers Invalid JSON to a key with %s, rather than storing another key', (_what, wrong) => {
    const body = Buffer.concat([
      bytes('{"type":"PUT","from":"a","message_id":"m","key":"k'),
      Buffer.from(wrong),
      bytes('"}'),
    ]);
    expect(decodeMessage(body)).toEqual({ ok: false, error: 'Invalid JSON' });
  });

  it('reads a body that lies inside a larger buffer', () => {
    const body = bytes(`....${JSON.stringify(put)}....`);
    expect(decodeMessage(body.subarray(4, -4))).toEqual(decode(put));
  });

  it('refuses a body over the limit before looking at it', () => {
    const body = Buffer.alloc(MAX_MESSAGE_BYTES + 1, 0x20);
    body.write(JSON.stringify(put));
    expect(decodeMessage(body)).toEqual({ ok: false, error: 'Invalid JSON' });
    expect(decodeMessage(body.subarray(0, MAX_MESSAGE_BYTES)).ok).toBe(true);
  });
});

describe('decodeMessage on JSON built to be slow', () => {
  // JSON.parse does not overflow the stack on these, but ten million brackets take it seconds, during which nothing else runs.
  const million = 10_000_000;
  it.each([
    ['lists', '['.repeat(million)],
    ['lists, closed', '['.repeat(million / 2) + ']'.repeat(million / 2)],
    ['objects', '{"a":'.repeat(million / 5)],
    ['a field of nested lists', `{"type":"PING","from":"a","z":${'['.repeat(million / 2)}${']'.repeat(million / 2)}}`],
    ['a long list', `{"type":"PING","from":"a","z":[${'0,'.repeat(million / 2)}0]}`],
    ['many fields', `{"type":"PING","from":"a"${',"z":0'.repeat(million / 6)}}`],
  ])('refuses %s of ten megabytes by their count, unparsed', (_what, text) => {
    expect(decodeMessage(bytes(text))).toEqual({ ok: false, error: 'Invalid JSON' });
  });

  it('takes nesting within the bound', () => {
    expect(decode({ ...put, z: JSON.parse('['.repeat(4000) + ']'.repeat(4000)) })).toEqual(decode(put));
  });

  it('does not mistake brackets in the longest texts for nesting', () => {
    const brackets = (length: number) => '[{,'.repeat(length).slice(0, length);
    const widest = {
      ...put,
      from: brackets(256),
      key: brackets(1024),
      message_id: brackets(2048),
      data: Buffer.alloc(9000).toString('base64'),
    };
    expect(decode(widest).ok).toBe(true);
  });
});
