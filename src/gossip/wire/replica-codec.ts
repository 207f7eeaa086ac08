import { BRANCHES, DIGEST_BYTES, LEAVES } from '../repair/key-space.js';
import type { QuestionOf, ReplicaAnswer, ReplicaOp, ReplicaReply, ReplicaRequest } from '../replica/request.js';
import { type CborValue, decodeCbor, encodeCbor } from './cbor.js';
import { CborReader } from './cbor-reader.js';
import { isCount, isKey } from './fields.js';
import { isJsonObject } from './json.js';
import {
  MAX_CURSOR_BYTES,
  MAX_INSTANCE_BYTES,
  MAX_REPLICA_BYTES,
  MAX_REPLICA_ITEMS,
  MAX_REPLICA_VALUES,
  MAX_TIMESTAMP_MS,
} from './limits.js';
import {
  entryCbor,
  expiredKeyCbor,
  heldKeyCbor,
  readEntry,
  readExpiredKey,
  readHeldKey,
  versionCbor,
} from './replica-entry.js';
import { textOf } from './utf8.js';

/** Why a body is no question or no answer. It names the field at fault and never quotes it. */
export type ReplicaError = 'Invalid CBOR' | `Invalid request: ${string}` | `Invalid answer: ${string}`;

export type ReplicaRequestResult =
  | { readonly ok: true; readonly request: ReplicaRequest }
  | { readonly ok: false; readonly error: ReplicaError };

type CborMap = { readonly [name: string]: CborValue };

const BOUNDS = { maxBytes: MAX_REPLICA_BYTES, maxValues: MAX_REPLICA_VALUES };

/** How each question and its answer are written and read. */
interface OpCodec<Op extends ReplicaOp> {
  readonly question: (question: QuestionOf<Op>) => CborMap;
  readonly readQuestion: (fields: CborReader) => QuestionOf<Op>;
  readonly reply: (reply: ReplicaReply<Op>) => CborMap;
  readonly readReply: (fields: CborReader) => ReplicaReply<Op>;
}

const CODECS: { readonly [Op in ReplicaOp]: OpCodec<Op> } = {
  read: {
    question: ({ key, held }) => ({ key: Buffer.from(key), ...(held && { held: versionCbor(held) }) }),
    readQuestion: (fields) => ({
      op: 'read',
      key: fields.key('key'),
      ...(fields.has('held') && { held: fields.version('held') }),
    }),
    reply: ({ entry, version }) => ({
      entries: entry === undefined ? [] : [entryCbor(entry)],
      ...(version && { version: versionCbor(version) }),
    }),
    readReply: (fields) => {
      const [entry] = fields.list('entries', 1, readEntry);
      const version = fields.has('version') && { version: fields.version('version') };
      return { op: 'read', ...(entry && { entry }), ...version };
    },
  },
  give: {
    question: ({ entries }) => ({ entries: entries.map(entryCbor) }),
    readQuestion: (fields) => ({ op: 'give', entries: readEntries(fields) }),
    reply: ({ taken, expired }) => ({ taken, ...(expired && { expired: expired.map(expiredKeyCbor) }) }),
    readReply: (fields) => {
      const taken = fields.count('taken', MAX_REPLICA_ITEMS);
      if (!fields.has('expired')) return { op: 'give', taken };
      return { op: 'give', taken, expired: fields.list('expired', MAX_REPLICA_ITEMS, readExpiredKey) };
    },
  },
  digest: {
    question: ({ root }) => ({ root }),
    readQuestion: (fields) => ({ op: 'digest', root: readDigests(fields, 'root', 1) }),
    reply: ({ branches }) => (branches === undefined ? {} : { branches }),
    readReply: (fields) => {
      if (!fields.has('branches')) return { op: 'digest' };
      return { op: 'digest', branches: readDigests(fields, 'branches', BRANCHES) };
    },
  },
  leaves: {
    question: ({ branches }) => ({ branches }),
    readQuestion: (fields) => ({ op: 'leaves', branches: readIndices(fields, 'branches', BRANCHES) }),
    reply: ({ leaves }) => ({ leaves }),
    readReply: (fields) => ({ op: 'leaves', leaves: readSomeDigests(fields, 'leaves', LEAVES) }),
  },
  list: {
    question: rangeCbor,
    readQuestion: (fields) => ({ op: 'list', ...readRange(fields) }),
    reply: ({ items, cursor }) => ({ items: items.map(heldKeyCbor), ...cursorCbor(cursor) }),
    readReply: (fields) => {
      const items = fields.list('items', MAX_REPLICA_ITEMS, readHeldKey);
      return { op: 'list', items, ...readCursor(fields) };
    },
  },
  fetch: {
    question: ({ keys }) => ({ keys: keys.map((key) => Buffer.from(key)) }),
    readQuestion: (fields) => ({ op: 'fetch', keys: fields.list('keys', MAX_REPLICA_ITEMS, readKey) }),
    reply: ({ entries }) => ({ entries: entries.map(entryCbor) }),
    readReply: (fields) => ({ op: 'fetch', entries: readEntries(fields) }),
  },
  pull: {
    question: rangeCbor,
    readQuestion: (fields) => ({ op: 'pull', ...readRange(fields) }),
    reply: ({ entries, cursor }) => ({ entries: entries.map(entryCbor), ...cursorCbor(cursor) }),
    readReply: (fields) => ({ op: 'pull', entries: readEntries(fields), ...readCursor(fields) }),
  },
};

export function encodeReplicaRequest<Op extends ReplicaOp>(request: ReplicaRequest<Op>): Uint8Array {
  const { from, enclave, sentMs, op } = request;
  const question = codecOf<Op>(op).question(request);
  return encodeCbor({ op, from: Buffer.from(from), enclave: Buffer.from(enclave), at: sentMs, ...question });
}

/** Decodes and validates a question. Total: any bytes give a result, nothing throws. */
export function decodeReplicaRequest(bytes: Uint8Array): ReplicaRequestResult {
  const map = decodeCbor(bytes, BOUNDS);
  if (!isJsonObject(map)) return { ok: false, error: 'Invalid CBOR' };
  const op = map['op'];
  if (!isOp(op)) return { ok: false, error: 'Invalid request: op' };
  const fields = new CborReader(map);
  const origin = { from: fields.name('from'), enclave: fields.name('enclave'), sentMs: readSentMs(fields) };
  const request: ReplicaRequest = { ...CODECS[op].readQuestion(fields), ...origin };
  if (fields.wrongField !== undefined) return { ok: false, error: `Invalid request: ${fields.wrongField}` };
  return { ok: true, request };
}

export function encodeReplicaAnswer<Op extends ReplicaOp>(answer: ReplicaAnswer<Op>): Uint8Array {
  const { from, instance, sentMs, op } = answer;
  const reply = codecOf<Op>(op).reply(answer);
  return encodeCbor({ op, from: Buffer.from(from), instance: Buffer.from(instance), at: sentMs, ...reply });
}

/** Decodes and validates the answer to a question of `op`; `undefined` where it is none. Total. */
export function decodeReplicaAnswer<Op extends ReplicaOp>(bytes: Uint8Array, op: Op): ReplicaAnswer<Op> | undefined {
  const map = decodeCbor(bytes, BOUNDS);
  if (!isJsonObject(map) || map['op'] !== op) return undefined;
  const fields = new CborReader(map);
  const from = fields.name('from');
  const instance = fields.name('instance', MAX_INSTANCE_BYTES);
  const answer: ReplicaAnswer<Op> = {
    ...codecOf<Op>(op).readReply(fields),
    from,
    instance,
    sentMs: readSentMs(fields),
  };
  return fields.wrongField === undefined ? answer : undefined;
}

function codecOf<Op extends ReplicaOp>(op: Op): OpCodec<Op> {
  return CODECS[op];
}

function isOp(op: unknown): op is ReplicaOp {
  return typeof op === 'string' && Object.hasOwn(CODECS, op);
}

function readSentMs(fields: CborReader): number {
  return fields.count('at', MAX_TIMESTAMP_MS);
}

function readEntries(fields: CborReader): ReplicaReply<'fetch'>['entries'] {
  return fields.list('entries', MAX_REPLICA_ITEMS, readEntry);
}

function readKey(value: unknown): string | undefined {
  const key = textOf(value);
  return isKey(key) ? key : undefined;
}

/** The digests of exactly `count` parts. */
function readDigests(fields: CborReader, field: string, count: number): Uint8Array {
  const digests = readSomeDigests(fields, field, count);
  if (digests.byteLength !== count * DIGEST_BYTES) fields.fault(field);
  return digests;
}

/** The digests of at most `max` parts. */
function readSomeDigests(fields: CborReader, field: string, max: number): Uint8Array {
  const digests = fields.bytes(field, max * DIGEST_BYTES);
  if (digests.byteLength % DIGEST_BYTES !== 0) fields.fault(field);
  return digests;
}

/** Which of `count` parts are meant. */
function readIndices(fields: CborReader, field: string, count: number): readonly number[] {
  return fields.list(field, count, (index) => (isCount(index, count - 1) ? index : undefined));
}

function rangeCbor({ leaves, cursor }: Omit<QuestionOf<'list'>, 'op'>): CborMap {
  return { leaves, ...cursorCbor(cursor) };
}

function readRange(fields: CborReader): Omit<QuestionOf<'list'>, 'op'> {
  return { leaves: readIndices(fields, 'leaves', LEAVES), ...readCursor(fields) };
}

function cursorCbor(cursor: string | undefined): CborMap {
  return cursor === undefined ? {} : { cursor: Buffer.from(cursor) };
}

function readCursor(fields: CborReader): { readonly cursor?: string } {
  return fields.has('cursor') ? { cursor: fields.text('cursor', MAX_CURSOR_BYTES) } : {};
}
