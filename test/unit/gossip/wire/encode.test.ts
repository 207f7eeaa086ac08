import { describe, expect, it } from 'vitest';
import { decodeMessage } from '../../../../src/gossip/wire/decode.js';
import { encodeMessage } from '../../../../src/gossip/wire/encode.js';
import {
  MAX_KEY_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_ID_BYTES,
  MAX_VALUE_BYTES,
} from '../../../../src/gossip/wire/limits.js';
import type { Message, NodeInfo } from '../../../../src/gossip/wire/message.js';

const text = (message: Message): string => Buffer.from(encodeMessage(message)).toString();
const node: NodeInfo = { id: 'n', address: '::1', port: 0, httpPort: 8080, enclave: 'e' };
const left = { kind: 'left', id: 'n', incarnation: 9 } as const;
const base = { from: 'a', timestampS: 7, messageId: '' };

describe('encodeMessage', () => {
  it('leaves out empty fields, as nodes in the field do', () => {
    const put = { ...base, type: 'PUT', messageId: 'm', key: 'k', data: new Uint8Array(0), ttlSeconds: 0 } as const;
    expect(text(put)).toBe('{"type":"PUT","from":"a","timestamp":7,"message_id":"m","key":"k"}');
    expect(text({ ...base, type: 'ACK', to: '', key: '' })).toBe(
      '{"type":"ACK","from":"a","timestamp":7,"message_id":""}',
    );
    expect(text({ ...base, type: 'PING', to: '' })).toBe('{"type":"PING","from":"a","timestamp":7,"message_id":""}');
  });

  it('brackets IPv6 addresses, which old nodes paste into a URL, and writes the port even where it is unknown', () => {
    expect(text({ ...base, type: 'SYNC', nodeInfo: node })).toBe(
      '{"type":"SYNC","from":"a","timestamp":7,"message_id":"","node_info":{"id":"n","address":"[::1]","port":0,"http_port":8080,"enclave":"e"}}',
    );
  });

  it('puts what only our nodes know under x', () => {
    const extended = { ...node, address: 'h', extension: { incarnation: 9, instance: 'ab' } };
    expect(JSON.parse(text({ ...base, type: 'PONG', to: 'b', nodeInfo: extended }))).toMatchObject({
      node_info: { x: { incarnation: 9, instance: 'ab' } },
    });
    expect(text({ ...base, type: 'SYNC', nodeInfo: { ...node, address: 'h' }, wantsReply: true })).toBe(
      '{"type":"SYNC","from":"a","timestamp":7,"message_id":"","node_info":{"id":"n","address":"h","port":0,"http_port":8080,"enclave":"e"},"x":{"reply":true}}',
    );
    expect(JSON.parse(text({ ...base, type: 'SYNC', nodeInfo: node, wantsReply: true, digest: [1] }))).toMatchObject({
      x: { reply: true, digest: 'AAAAAQ==' },
    });
    expect(text({ ...base, type: 'LEAVE', incarnation: 9 })).toBe(
      '{"type":"LEAVE","from":"a","timestamp":7,"message_id":"","x":{"incarnation":9}}',
    );
    expect(text({ ...base, type: 'PING', to: 'b', wantsReply: true, accused: 9, news: [left] })).toBe(
      '{"type":"PING","from":"a","timestamp":7,"message_id":"","to":"b","x":{"reply":true,"accused":9,"news":[{"k":"left","id":"n","inc":9}]}}',
    );
    expect(text({ ...base, type: 'NEWS', news: [left] })).toBe(
      '{"type":"NEWS","from":"a","timestamp":7,"message_id":"","x":{"news":[{"k":"left","id":"n","inc":9}]}}',
    );
    const request = { ...base, type: 'PINGREQ', to: 'n', timeoutMs: 500 } as const;
    expect(text(request)).toBe(
      '{"type":"PINGREQ","from":"a","timestamp":7,"message_id":"","to":"n","x":{"timeout_ms":500}}',
    );
    expect(text({ ...base, type: 'PINGACK', to: 'b', acked: false })).toBe(
      '{"type":"PINGACK","from":"a","timestamp":7,"message_id":"","to":"b","x":{"acked":false}}',
    );
  });

  it('writes no x where there is nothing to put there', () => {
    for (const message of [
      { ...base, type: 'PING', to: '', news: [] },
      { ...base, type: 'PONG', to: '', news: [] },
      { ...base, type: 'SYNC', nodeInfo: node, news: [] },
    ] as const) {
      expect(text(message)).not.toContain('"x"');
    }
  });

  it.each([1, 2, 3, 1024, 5000])('writes a value of %i bytes that is part of a larger buffer', (length) => {
    const data = Uint8Array.from({ length: length + 20 }, (_, i) => i * 37).subarray(11, 11 + length);
    const put = { ...base, type: 'PUT', messageId: 'm', key: 'k\n"ü', data, ttlSeconds: 5 } as const;
    const json = JSON.parse(text(put)) as { data: string };
    expect(json).toEqual({
      type: 'PUT',
      from: 'a',
      timestamp: 7,
      message_id: 'm',
      key: 'k\n"ü',
      data: json.data,
      ttl: 5,
    });
    expect(Buffer.from(json.data, 'base64')).toEqual(Buffer.from(data));
  });

  it('keeps the largest message within the limit peers accept', () => {
    const put = {
      type: 'PUT',
      from: 'a'.repeat(256),
      timestampS: 253_402_300_799,
      messageId: '\u0000'.repeat(MAX_MESSAGE_ID_BYTES),
      key: '\u0000'.repeat(MAX_KEY_BYTES),
      data: new Uint8Array(MAX_VALUE_BYTES),
      ttlSeconds: 2_147_483_647,
    } as const;
    const body = encodeMessage(put);
    expect(body.byteLength).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    expect(decodeMessage(body).ok).toBe(true);
  });
});
