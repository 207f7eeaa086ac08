import fc from 'fast-check';
import { normaliseHost } from '../../src/gossip/address.js';
import { fitsUtf8, isName } from '../../src/gossip/wire/fields.js';
import {
  MAX_INSTANCE_BYTES,
  MAX_KEY_BYTES,
  MAX_MESSAGE_ID_BYTES,
  MAX_NEWS_ITEMS,
  MAX_PROBE_TIMEOUT_MS,
  MAX_TIMESTAMP_MS,
  MAX_TIMESTAMP_S,
  MAX_WIRE_TTL_S,
} from '../../src/gossip/wire/limits.js';
import type { Message, NodeExtension, NodeInfo } from '../../src/gossip/wire/message.js';
import type { News, Tombstone } from '../../src/gossip/wire/news.js';

/** Arbitrary valid parts of messages, for property tests. */
const text = (maxBytes: number): fc.Arbitrary<string> =>
  fc
    .oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }))
    .filter((s) => fitsUtf8(s, maxBytes));

export const names: fc.Arbitrary<string> = text(256).filter((s) => isName(s));
export const keys: fc.Arbitrary<string> = text(MAX_KEY_BYTES);
export const messageIds: fc.Arbitrary<string> = text(MAX_MESSAGE_ID_BYTES);
export const ports: fc.Arbitrary<number> = fc.integer({ min: 1, max: 65_535 });
export const timestamps: fc.Arbitrary<number> = fc.integer({ min: 0, max: MAX_TIMESTAMP_S });

export const hosts: fc.Arbitrary<string> = fc
  .oneof(fc.domain(), fc.ipV4(), fc.ipV6())
  .map((host) => normaliseHost(host))
  .filter((host) => host !== undefined);

export const extensions: fc.Arbitrary<NodeExtension> = fc.record({
  incarnation: fc.maxSafeNat(),
  instance: text(MAX_INSTANCE_BYTES).filter((s) => isName(s)),
});

export const nodeInfos: fc.Arbitrary<NodeInfo> = fc.record(
  {
    id: names,
    address: hosts,
    port: fc.integer({ min: 0, max: 65_535 }),
    httpPort: ports,
    enclave: names,
    extension: extensions,
  },
  { requiredKeys: ['id', 'address', 'port', 'httpPort', 'enclave'] },
);

/** One number a bucket, a power of two of them. */
export const viewDigests: fc.Arbitrary<readonly number[]> = fc
  .integer({ min: 0, max: 7 })
  .chain((exponent) => fc.array(fc.nat(2 ** 32 - 1), { minLength: 2 ** exponent, maxLength: 2 ** exponent }));

const subject = { id: names, incarnation: fc.maxSafeNat() };
const wallTimes = fc.integer({ min: 0, max: MAX_TIMESTAMP_MS });

export const tombstones: fc.Arbitrary<Tombstone> = fc.record({
  ...subject,
  removedAtMs: wallTimes,
  expiresAtMs: wallTimes,
  by: names,
});

export const newsItems: fc.Arbitrary<News> = fc.oneof(
  fc.record({ kind: fc.constant('alive' as const), info: nodeInfos }),
  fc.record({
    kind: fc.constantFrom('suspect' as const, 'dead' as const),
    ...subject,
    by: names,
    silentMs: fc.maxSafeNat(),
  }),
  fc.record({ kind: fc.constant('heard' as const), ...subject, silentMs: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('left' as const), ...subject }),
  fc.record({ kind: fc.constant('removed' as const), tombstone: tombstones }),
);

const news = fc.array(newsItems, { minLength: 1, maxLength: 6 });

const base = { from: names, timestampS: timestamps };
const optionalId = fc.oneof(fc.constant(''), messageIds);
const optionalName = fc.oneof(fc.constant(''), names);
const probe = { ...base, messageId: optionalId, to: optionalName, nodeInfo: nodeInfos };
const probeKeys = { requiredKeys: ['type', 'from', 'timestampS', 'messageId', 'to'] as const };

export const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record(
    {
      type: fc.constant('PUT' as const),
      ...base,
      messageId: messageIds,
      key: keys,
      data: fc.uint8Array({ maxLength: 300 }),
      ttlSeconds: fc.integer({ min: 0, max: MAX_WIRE_TTL_S }),
      enclave: names,
      wantsReply: fc.constant(true as const),
    },
    { requiredKeys: ['type', 'from', 'timestampS', 'messageId', 'key', 'data', 'ttlSeconds'] },
  ),
  fc.record({
    type: fc.constant('ACK' as const),
    ...base,
    messageId: messageIds,
    to: optionalName,
    key: fc.oneof(fc.constant(''), keys),
  }),
  fc.record(
    {
      type: fc.constant('PING' as const),
      ...probe,
      wantsReply: fc.constant(true as const),
      accused: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      news,
    },
    { requiredKeys: [...probeKeys.requiredKeys] },
  ),
  fc.record(
    { type: fc.constant('PONG' as const), ...probe, known: extensions, news },
    { requiredKeys: [...probeKeys.requiredKeys] },
  ),
  fc.record(
    {
      type: fc.constant('SYNC' as const),
      ...base,
      messageId: optionalId,
      nodeInfo: nodeInfos,
      wantsReply: fc.constant(true as const),
      digest: viewDigests,
      news,
    },
    { requiredKeys: ['type', 'from', 'timestampS', 'messageId', 'nodeInfo'] },
  ),
  fc.record({
    type: fc.constant('LEAVE' as const),
    ...base,
    messageId: optionalId,
    incarnation: fc.maxSafeNat(),
  }),
  fc.record({
    type: fc.constant('NEWS' as const),
    ...base,
    messageId: optionalId,
    news: fc.array(newsItems, { maxLength: MAX_NEWS_ITEMS, size: 'small' }),
  }),
  fc.record(
    {
      type: fc.constant('PINGREQ' as const),
      ...base,
      messageId: optionalId,
      to: names,
      timeoutMs: fc.nat(MAX_PROBE_TIMEOUT_MS),
      news,
    },
    { requiredKeys: ['type', 'from', 'timestampS', 'messageId', 'to', 'timeoutMs'] },
  ),
  fc.record({
    type: fc.constant('PINGACK' as const),
    ...base,
    messageId: optionalId,
    to: optionalName,
    acked: fc.boolean(),
  }),
);
