import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import {
  decodeAnswer,
  decodeNodesAnswer,
  encodeAnswer,
  encodeNodesAnswer,
  MAX_ANSWER_BYTES,
} from '../../../../src/gossip/wire/answer.js';
import { MAX_BOOTSTRAP_ANSWER_BYTES, MAX_BOOTSTRAP_PEERS, MAX_NEWS_ITEMS } from '../../../../src/gossip/wire/limits.js';
import type { NodeInfo, ReplyMessage } from '../../../../src/gossip/wire/message.js';
import { messages, nodeInfos } from '../../../support/messages.js';

const REPLIES: readonly string[] = ['ACK', 'PONG'] satisfies readonly ReplyMessage['type'][];
const replies = messages.filter((message): message is ReplyMessage => REPLIES.includes(message.type));

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
      expect(() => decodeNodesAnswer(b)).not.toThrow();
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
    ['an unknown type', '{"success":true,"x":{"reply":{"type":"RUMOUR","from":"a"}}}'],
    ['too long', `{"success":true,"x":{"reply":${ACK}},"pad":"${'x'.repeat(MAX_ANSWER_BYTES)}"}`],
  ])('bring no reply: %s', (_name, text) => {
    expect(decodeAnswer(Buffer.from(text))).toBeUndefined();
  });

  it('bring a PONG with as much news as is read from a message', () => {
    const info: NodeInfo = { id: 'n', address: 'h', port: 1, httpPort: 2, enclave: 'e' };
    const extension = { incarnation: Number.MAX_SAFE_INTEGER, instance: 'a'.repeat(16) };
    const news = Array.from(
      { length: MAX_NEWS_ITEMS },
      () => ({ kind: 'alive', info: { ...info, extension } }) as const,
    );
    const pong = { type: 'PONG', from: 'a', timestampS: 1, messageId: 'm', to: 'b', news } as const;
    expect(decodeAnswer(encodeAnswer(pong))).toEqual(pong);
  });

  it('bring the reply whatever newer nodes add', () => {
    const text = `{"success":true,"news":1,"x":{"more":{},"reply":${ACK}}}`;
    expect(decodeAnswer(Buffer.from(text))).toMatchObject({ type: 'ACK', messageId: 'm' });
  });
});

describe('answers that list nodes', () => {
  const node = '{"id":"n","address":"h","port":1,"http_port":2,"enclave":"e"}';
  const info: NodeInfo = { id: 'n', address: 'h', port: 1, httpPort: 2, enclave: 'e' };
  const many = (count: number): NodeInfo[] => Array.from({ length: count }, (_, i) => ({ ...info, id: `n${i}` }));

  it('look so', () => {
    expect(Buffer.from(encodeNodesAnswer([info])).toString()).toBe(`{"success":true,"x":{"nodes":[${node}]}}`);
  });

  test.prop([fc.array(nodeInfos, { maxLength: 8 })])('carry them there and back, and bring no reply', (nodes) => {
    const bytes = encodeNodesAnswer(nodes);
    expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ success: true });
    expect(decodeNodesAnswer(bytes)).toEqual({ nodes, skipped: 0 });
    expect(decodeAnswer(bytes)).toBeUndefined();
  });

  it('carry removals along', () => {
    const tombstone = { id: 'gone', incarnation: 3, removedAtMs: 5, expiresAtMs: 6, by: 'n' };
    const bytes = encodeNodesAnswer([info], [{ kind: 'removed', tombstone }]);
    expect(decodeNodesAnswer(bytes)).toEqual({ nodes: [info], skipped: 0, news: [{ kind: 'removed', tombstone }] });
  });

  it.each(['1', '"x"', '{}', '[1]', '[{"k":"removed"}]'])('bring their nodes, though the news is %s', (news) => {
    const text = `{"success":true,"x":{"nodes":[${node}],"news":${news}}}`;
    expect(decodeNodesAnswer(Buffer.from(text))).toEqual({ nodes: [info], skipped: 0 });
  });

  it('are no longer than what is looked at, and what is left out is the end', () => {
    const longest = 'ü'.repeat(128);
    const nodes = many(MAX_BOOTSTRAP_PEERS).map((each) => ({ ...each, enclave: longest, address: 'h'.repeat(253) }));
    const bytes = encodeNodesAnswer(nodes);
    expect(bytes.byteLength).toBeLessThanOrEqual(MAX_BOOTSTRAP_ANSWER_BYTES);
    expect(bytes.byteLength).toBeGreaterThan(MAX_BOOTSTRAP_ANSWER_BYTES - 1000);
  });

  it('list no more nodes than are taken from one', () => {
    const nodes = many(MAX_BOOTSTRAP_PEERS + 5);
    expect(decodeNodesAnswer(encodeNodesAnswer(nodes))).toEqual({ nodes: nodes.slice(0, -5), skipped: 0 });
    const text = `{"x":{"nodes":[${Array(MAX_BOOTSTRAP_PEERS + 5).fill(node)}]}}`;
    expect(decodeNodesAnswer(Buffer.from(text))).toMatchObject({ skipped: 5 });
  });

  it('lose only the entries that are malformed, and say how many', () => {
    const text = `{"success":true,"x":{"nodes":[null,5,[],{},{"id":"m","address":"a/b","http_port":1},${node}]}}`;
    expect(decodeNodesAnswer(Buffer.from(text))).toEqual({ nodes: [info], skipped: 5 });
  });

  it.each([
    ['an older node’s', '{"success":true}'],
    ['no JSON', `{"success":true,"x":{"nodes":[${node}]}`],
    ['a list that is none', `{"success":true,"x":{"nodes":{"0":${node}}}}`],
    ['no extension', `{"success":true,"nodes":[${node}]}`],
    ['those of a bootstrap answer', `{"success":true,"peers":[${node}]}`],
    ['too many values', `{"success":true,"x":{"nodes":[${node}]},"pad":[${'1,'.repeat(200_000)}1]}`],
    ['too long', `{"success":true,"x":{"nodes":[${node}]},"pad":"${'x'.repeat(MAX_BOOTSTRAP_ANSWER_BYTES)}"}`],
  ])('bring no nodes: %s', (_name, text) => {
    expect(decodeNodesAnswer(Buffer.from(text))).toBeUndefined();
  });
});
