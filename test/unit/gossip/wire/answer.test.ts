import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { decodeAnswer, encodeAnswer, MAX_ANSWER_BYTES } from '../../../../src/gossip/wire/answer.js';
import type { AckMessage, PongMessage } from '../../../../src/gossip/wire/message.js';
import { messages } from '../../../support/messages.js';

const replies = messages.filter(
  (message): message is AckMessage | PongMessage => message.type === 'ACK' || message.type === 'PONG',
);

const ACK = '{"type":"ACK","from":"a","timestamp":1,"message_id":"m","to":"b"}';

describe('answers', () => {
  it('say what every node says, where there is no reply', () => {
    expect(Buffer.from(encodeAnswer()).toString()).toBe('{"success":true}');
    expect(decodeAnswer(encodeAnswer())).toBeUndefined();
  });

  test.prop([replies])('carry a reply there and back, and stay readable to older nodes', (reply) => {
    const bytes = encodeAnswer(reply);
    expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ success: true });
    if (bytes.byteLength <= MAX_ANSWER_BYTES) expect(decodeAnswer(bytes)).toEqual(reply);
  });

  test.prop([fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from))])(
    'are read without a throw, whatever they are',
    (b) => {
      expect(() => decodeAnswer(b)).not.toThrow();
    },
  );

  it.each([
    ['an older node’s', '{"success":true}'],
    ['no JSON', `{"success":true,"x":{"reply":${ACK}`],
    ['no object', `[${ACK}]`],
    ['no extension', `{"success":true,"reply":${ACK}}`],
    ['an extension that is no object', '{"success":true,"x":"reply"}'],
    ['a reply that is no object', '{"success":true,"x":{"reply":[1,2,3]}}'],
    ['a malformed reply', '{"success":true,"x":{"reply":{"type":"ACK","from":"a"}}}'],
    ['an unknown type', '{"success":true,"x":{"reply":{"type":"NEWS","from":"a"}}}'],
    ['too long', `{"success":true,"x":{"reply":${ACK}},"pad":"${'x'.repeat(MAX_ANSWER_BYTES)}"}`],
  ])('bring no reply: %s', (_name, text) => {
    expect(decodeAnswer(Buffer.from(text))).toBeUndefined();
  });

  it('bring the reply whatever newer nodes add', () => {
    const text = `{"success":true,"news":1,"x":{"more":{},"reply":${ACK}}}`;
    expect(decodeAnswer(Buffer.from(text))).toMatchObject({ type: 'ACK', messageId: 'm' });
  });
});
