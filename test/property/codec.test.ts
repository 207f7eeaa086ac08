import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { MAX_LOGICAL } from '../../src/gossip/version.js';
import { decodeBase64, encodeBase64 } from '../../src/gossip/wire/base64.js';
import {
  decodeBootstrapAnswer,
  decodeBootstrapRequest,
  encodeBootstrapAnswer,
  encodeBootstrapRequest,
} from '../../src/gossip/wire/bootstrap-codec.js';
import { decodeMessage } from '../../src/gossip/wire/decode.js';
import { encodeMessage } from '../../src/gossip/wire/encode.js';
import { formatMessageId, versionOf } from '../../src/gossip/wire/message-id.js';
import { newsJson, readNews, readNewsList } from '../../src/gossip/wire/news.js';
import { extensions, hosts, messages, names, newsItems, nodeInfos, ports } from '../support/messages.js';

const FIELDS = [
  'type',
  'from',
  'to',
  'key',
  'data',
  'ttl',
  'timestamp',
  'message_id',
  'node_info',
  'x',
  'id',
  'address',
  'port',
  'http_port',
  'enclave',
  'incarnation',
  'instance',
  'success',
  'peers',
  'nodes',
  'reply',
  'node_id',
  'news',
  'accused',
  'node',
  'timeout_ms',
  'acked',
  'k',
  'n',
  'inc',
  'by',
  'silent',
  'gossip_port',
  '__proto__',
  'constructor',
];
const TYPES = [
  'PUT',
  'GET',
  'PING',
  'PONG',
  'SYNC',
  'ACK',
  'LEAVE',
  'NEWS',
  'PINGREQ',
  'PINGACK',
  'toString',
  '__proto__',
];
const KINDS = ['alive', 'suspect', 'dead', 'heard', 'left', 'removed'];

/** JSON values in which the protocol's own names and awkward scalars turn up often. */
const { value: shapes } = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(
      fc.constantFrom<unknown>(...TYPES, ...KINDS, '', 'a', 'AA==', 0, -1, 0.5, 8080, 65_536, 1e300, true, null),
      fc.jsonValue({ maxDepth: 1 }),
    ),
    tie('object'),
    fc.array(tie('object'), { maxLength: 3 }),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...FIELDS), tie('value')), { maxLength: 10 })
    .map((entries) => Object.fromEntries(entries)),
}));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('codec', () => {
  test.prop([messages], { numRuns: 500 })('decodes what it encodes to the same message', (message) => {
    const result = decodeMessage(encodeMessage(message));
    expect(result).toEqual({
      ok: true,
      message: 'data' in message ? { ...message, data: Buffer.from(message.data) } : message,
    });
  });

  test.prop([fc.uint8Array({ maxLength: 2000 })])('is total on arbitrary bytes', (body) => {
    for (const decode of [decodeMessage, decodeBootstrapRequest, decodeBootstrapAnswer]) {
      expect(typeof decode(body).ok).toBe('boolean');
    }
  });

  test.prop([shapes], { numRuns: 1000 })('is total on JSON of nearly the right shape', (value) => {
    const body = bytes(JSON.stringify(value));
    for (const decode of [decodeMessage, decodeBootstrapRequest, decodeBootstrapAnswer]) {
      const result = decode(body);
      if (!result.ok) expect(result.error).toMatch(/^Invalid (JSON|(message|request|answer): [a-z_]+(\.[a-z_]+)*)$/);
    }
  });

  test.prop([messages, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })], { numRuns: 1000 })(
    'is total on valid messages with bytes changed, and what it still accepts survives a round trip',
    (message, changes) => {
      const body = Uint8Array.from(encodeMessage(message));
      for (const [at, byte] of changes) body[at % body.length] = byte;
      const result = decodeMessage(body);
      if (!result.ok || result.message.type === 'UNKNOWN') return;
      expect(decodeMessage(encodeMessage(result.message))).toEqual(result);
    },
  );

  test.prop([messages, fc.double({ min: 0, max: 1, maxExcluded: true })])(
    'rejects a message cut short',
    (message, share) => {
      const body = encodeMessage(message);
      expect(decodeMessage(body.subarray(0, Math.floor(body.length * share)))).toEqual({
        ok: false,
        error: 'Invalid JSON',
      });
    },
  );

  test.prop([
    fc.record(
      { nodeId: names, address: hosts, gossipPort: ports, httpPort: ports, enclave: names, extension: extensions },
      { requiredKeys: ['nodeId', 'address', 'gossipPort', 'httpPort', 'enclave'] },
    ),
  ])('decodes the bootstrap requests it encodes', (request) => {
    expect(decodeBootstrapRequest(encodeBootstrapRequest(request))).toEqual({ ok: true, request });
  });

  test.prop([fc.array(nodeInfos, { maxLength: 8 })])('decodes the bootstrap answers it encodes', (peers) => {
    expect(decodeBootstrapAnswer(encodeBootstrapAnswer({ peers }))).toEqual({
      ok: true,
      answer: { peers },
      skipped: 0,
    });
  });
});

describe('news', () => {
  const written = (news: Parameters<typeof newsJson>[0]): unknown => JSON.parse(JSON.stringify(newsJson(news)));

  test.prop([newsItems], { numRuns: 500 })('reads as what was written', (news) => {
    expect(readNews(written(news))).toEqual(news);
  });

  test.prop([fc.array(fc.oneof(shapes, newsItems.map(written)), { maxLength: 8 })], { numRuns: 1000 })(
    'costs no more than the item that is malformed, and what is read survives a round trip',
    (entries) => {
      const read = readNewsList(entries);
      expect(read).toEqual(entries.map(readNews).filter((news) => news !== undefined));
      expect(readNewsList(read.map(written))).toEqual(read);
    },
  );
});

describe('base64', () => {
  test.prop([fc.uint8Array({ maxLength: 200 })])('agrees with the platform both ways', (value) => {
    const text = Buffer.from(value).toString('base64');
    expect(encodeBase64(value)).toBe(text);
    expect(decodeBase64(text, value.length)).toEqual(Buffer.from(value));
  });

  test.prop([fc.oneof(fc.base64String(), fc.string(), fc.stringMatching(/^[\w+/=\s-]{0,12}$/))], { numRuns: 1000 })(
    'takes a text only if it is the canonical encoding of what it yields',
    (text) => {
      const canonical = Buffer.from(text, 'base64').toString('base64') === text;
      expect(decodeBase64(text, 1000) !== undefined).toBe(canonical);
    },
  );
});

describe('message ids', () => {
  const version = fc.record({
    ms: fc.integer({ min: 0, max: 253_402_300_799_999 }),
    logical: fc.integer({ min: 0, max: MAX_LOGICAL }),
    origin: names,
  });

  test.prop([version, fc.stringMatching(/^[\da-f]{16}$/), names])(
    'give back the version whoever relayed them',
    (stamped, instance, relay) => {
      const messageId = formatMessageId(stamped, instance);
      const timestampS = Math.floor(stamped.ms / 1000);
      expect(versionOf({ from: relay, timestampS, messageId })).toEqual({ version: stamped, exact: true });
      expect(versionOf({ from: stamped.origin, timestampS, messageId })).toEqual({ version: stamped, exact: true });
    },
  );

  test.prop([fc.record({ from: names, timestampS: fc.nat(), messageId: fc.string() })])(
    'never fail to give some version near the timestamp',
    (stamp) => {
      const { version: derived } = versionOf(stamp);
      expect(Math.abs(Math.floor(derived.ms / 1000) - stamp.timestampS)).toBeLessThanOrEqual(1);
      expect(Number.isSafeInteger(derived.logical)).toBe(true);
    },
  );
});
