import { fc } from '@fast-check/vitest';
import type { Entry } from '../../src/gossip/ports/store.js';
import type {
  HeldKey,
  ReplicaAnswer,
  ReplicaQuestion,
  ReplicaReply,
  ReplicaRequest,
} from '../../src/gossip/replica/request.js';
import { MAX_LOGICAL, type Version } from '../../src/gossip/version.js';
import { names } from './messages.js';

const DIGEST_BYTES = 8;

/** Keys of any characters, a byte order mark and control characters included. */
const keys: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('', '\ufeff', '\u0000', 'k'.repeat(70)), fc.string({ unit: 'binary', minLength: 1 }))
  .map((parts) => parts.join(''));

const times = fc.oneof(fc.nat(), fc.integer({ min: 1_700_000_000_000, max: 253_402_300_799_999 }));

const versions: fc.Arbitrary<Version> = fc.record({
  ms: times,
  logical: fc.nat(MAX_LOGICAL),
  origin: names,
});

export const entries: fc.Arbitrary<Entry> = fc
  .record({
    key: keys,
    bytes: fc.uint8Array({ maxLength: 300 }),
    createdMs: fc.integer({ min: 0, max: 2_000_000_000_000 }),
    ttlSeconds: fc.integer({ min: 1, max: 2_147_483_647 }),
    version: versions,
  })
  .map((parts) => ({ ...parts, expiresAtMs: parts.createdMs + parts.ttlSeconds * 1000 }));

const optionalVersions = fc.option(versions, { nil: undefined });
const heldKeys: fc.Arbitrary<HeldKey> = fc.record({ key: keys, version: versions, bytes: fc.nat(10 * 1024 * 1024) });
const digests = (count: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: count * DIGEST_BYTES, maxLength: count * DIGEST_BYTES });
const cursors = fc.option(keys, { nil: undefined }).map((cursor) => (cursor === undefined ? {} : { cursor }));
const lists = fc.array(entries, { maxLength: 5 });
const leaves = fc.array(fc.nat(16_383), { maxLength: 50 });

const questions: fc.Arbitrary<ReplicaQuestion> = fc.oneof(
  fc.tuple(keys, optionalVersions).map(([key, held]) => ({ op: 'read', key, ...(held && { held }) }) as const),
  lists.map((given) => ({ op: 'give', entries: given }) as const),
  digests(1).map((root) => ({ op: 'digest', root }) as const),
  fc.array(fc.nat(255), { maxLength: 20 }).map((branches) => ({ op: 'leaves', branches }) as const),
  fc.tuple(fc.constantFrom('list', 'pull'), leaves, cursors).map(([op, asked, cursor]) => ({
    op,
    leaves: asked,
    ...cursor,
  })),
  fc.array(keys, { maxLength: 5 }).map((wanted) => ({ op: 'fetch', keys: wanted }) as const),
);

const replies: fc.Arbitrary<ReplicaReply> = fc.oneof(
  fc.option(entries, { nil: undefined }).map((entry) => ({ op: 'read', ...(entry && { entry }) }) as const),
  optionalVersions.map((version) => ({ op: 'read', ...(version && { version }) }) as const),
  fc.nat(16_384).map((taken) => ({ op: 'give', taken }) as const),
  fc
    .array(fc.record({ key: keys, version: versions, expiresAtMs: fc.nat(2 ** 31) }), { maxLength: 5 })
    .map((expired) => ({ op: 'give', taken: 1, expired }) as const),
  fc
    .option(digests(256), { nil: undefined })
    .map((branches) => ({ op: 'digest', ...(branches && { branches }) }) as const),
  fc.nat(20).chain((count) => digests(count * 64).map((found) => ({ op: 'leaves', leaves: found }) as const)),
  fc
    .tuple(fc.array(heldKeys, { maxLength: 5 }), cursors)
    .map(([items, cursor]) => ({ op: 'list', items, ...cursor }) as const),
  lists.map((found) => ({ op: 'fetch', entries: found }) as const),
  fc.tuple(lists, cursors).map(([found, cursor]) => ({ op: 'pull', entries: found, ...cursor }) as const),
);

/** Every question a node can ask. */
export const replicaRequests: fc.Arbitrary<ReplicaRequest> = fc
  .tuple(questions, names, names, times)
  .map(([question, from, enclave, sentMs]) => ({ ...question, from, enclave, sentMs }));

/** Every answer a node can give. */
export const replicaAnswers: fc.Arbitrary<ReplicaAnswer> = fc
  .tuple(replies, names, fc.stringMatching(/^[\da-f]{1,16}$/), times)
  .map(([reply, from, instance, sentMs]) => ({ ...reply, from, instance, sentMs }));
