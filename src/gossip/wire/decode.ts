import { FieldReader } from './field-reader.js';
import { type JsonObject, parseJsonObject } from './json.js';
import {
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_VALUES,
  MAX_PROBE_TIMEOUT_MS,
  MAX_ROOM,
  MAX_TIMESTAMP_S,
  MAX_WIRE_TTL_S,
} from './limits.js';
import type {
  DecodedMessage,
  Message,
  PingMessage,
  PingReqMessage,
  PongMessage,
  SyncMessage,
  UnknownMessage,
} from './message.js';
import { type News, readNewsList } from './news.js';
import { readNodeExtension, readNodeInfo } from './node-info.js';
import { decodeViewDigest } from './view-digest.js';

/** Why a body is no message. It names the field at fault and never quotes it. */
export type MessageError = 'Invalid JSON' | `Invalid message: ${string}`;

export type MessageResult =
  | { readonly ok: true; readonly message: DecodedMessage }
  | { readonly ok: false; readonly error: MessageError };

const BOUNDS = { maxBytes: MAX_MESSAGE_BYTES, maxValues: MAX_MESSAGE_VALUES };
const UNKNOWN: UnknownMessage = { type: 'UNKNOWN' };

/** Decodes and validates a gossip message, wire v1. Total: any bytes give a result, nothing throws. */
export function decodeMessage(bytes: Uint8Array): MessageResult {
  const object = parseJsonObject(bytes, BOUNDS);
  return object === undefined ? { ok: false, error: 'Invalid JSON' } : messageOf(object);
}

/**
 * A type unknown here makes the message UNKNOWN whatever else it holds: a newer node may give its fields other forms.
 */
export function messageOf(object: JsonObject): MessageResult {
  const type = object['type'];
  if (typeof type !== 'string') return { ok: false, error: 'Invalid message: type' };
  if (!isKnown(type)) return { ok: true, message: UNKNOWN };
  const fields = new FieldReader(object);
  const message = READERS[type](fields);
  if (fields.wrongField !== undefined || message === undefined) {
    return { ok: false, error: `Invalid message: ${fields.wrongField}` };
  }
  return { ok: true, message };
}

type ProbeFields = Omit<PongMessage, 'type' | 'known' | 'room' | 'news'>;

/** `undefined` only where a field is wrong. */
type Reader = (fields: FieldReader) => Message | undefined;

const READERS = {
  PUT: (fields) => ({
    type: 'PUT',
    from: fields.id('from'),
    timestampS: timestamp(fields),
    messageId: fields.messageId('message_id'),
    key: fields.key('key'),
    data: fields.value('data'),
    ttlSeconds: fields.optionalCount('ttl', MAX_WIRE_TTL_S),
    ...fields.optional('x', readPutExtension),
  }),
  ACK: (fields) => ({
    type: 'ACK',
    from: fields.id('from'),
    timestampS: timestamp(fields),
    messageId: fields.messageId('message_id'),
    to: fields.optionalId('to'),
    key: fields.optionalKey('key'),
  }),
  PING: (fields) => ({ ...readProbe('PING', fields), ...fields.optional('x', readPingExtension) }),
  PONG: (fields) => {
    return { ...readProbe('PONG', fields), ...fields.optional('x', readPongExtension) };
  },
  SYNC: (fields) => {
    const base = readBase(fields);
    const nodeInfo = fields.required('node_info', readNodeInfo);
    const extension = fields.optional('x', readSyncExtension);
    return nodeInfo && { type: 'SYNC', ...base, nodeInfo, ...extension };
  },
  LEAVE: (fields) => {
    const base = readBase(fields);
    const incarnation = fields.required('x', (x) => x.count('incarnation', Number.MAX_SAFE_INTEGER));
    return incarnation === undefined ? undefined : { type: 'LEAVE', ...base, incarnation };
  },
  NEWS: (fields) => {
    const base = readBase(fields);
    const extension = fields.required('x', (x) => ({ news: [], ...readTidings(x) }));
    return extension && { type: 'NEWS', ...base, ...extension };
  },
  PINGREQ: (fields) => {
    const base = readBase(fields);
    const to = fields.id('to');
    const extension = fields.required('x', readPingReqExtension);
    return extension && { type: 'PINGREQ', ...base, to, ...extension };
  },
  PINGACK: (fields) => {
    const base = readBase(fields);
    const to = fields.optionalId('to');
    const acked = fields.required('x', (x) => x.flag('acked'));
    return acked === undefined ? undefined : { type: 'PINGACK', ...base, to, acked };
  },
} as const satisfies Record<Message['type'], Reader>;

function isKnown(type: string): type is keyof typeof READERS {
  return Object.hasOwn(READERS, type);
}

function readPutExtension(x: FieldReader): { readonly wantsReply?: true; readonly enclave?: string } {
  const enclave = x.optionalId('enclave');
  return { ...(x.flag('reply') && { wantsReply: true }), ...(enclave !== '' && { enclave }) };
}

function readPingExtension(x: FieldReader): WishAndNews & Pick<PingMessage, 'accused' | 'room'> {
  const accused = x.optionalCount('accused', Number.MAX_SAFE_INTEGER);
  return { ...readWishAndNews(x), ...(accused !== 0 && { accused }), ...readRoom(x) };
}

function readPongExtension(x: FieldReader): Pick<PongMessage, 'known' | 'room' | 'news'> {
  const known = x.optional('known', readNodeExtension);
  return { ...(known && { known }), ...readRoom(x), ...readTidings(x) };
}

/** Absent where the sender does not say. */
function readRoom(x: FieldReader): { readonly room?: number } {
  return x.has('room') ? { room: x.count('room', MAX_ROOM) } : {};
}

function readSyncExtension(x: FieldReader): Pick<SyncMessage, 'wantsReply' | 'digest' | 'news'> {
  const digest = x.parsed('digest', decodeViewDigest);
  return { ...readWishAndNews(x), ...(digest && { digest }) };
}

function readPingReqExtension(x: FieldReader): Pick<PingReqMessage, 'timeoutMs' | 'news'> {
  return { timeoutMs: x.count('timeout_ms', MAX_PROBE_TIMEOUT_MS), ...readTidings(x) };
}

interface WishAndNews {
  readonly wantsReply?: true;
  readonly news?: readonly News[];
}

/** Whether the sender takes the reply in the answer to its request, and what it tells besides. */
function readWishAndNews(x: FieldReader): WishAndNews {
  return { ...(x.flag('reply') && { wantsReply: true }), ...readTidings(x) };
}

/** Absent where there is no item that can be read. */
function readTidings(x: FieldReader): { readonly news?: readonly News[] } {
  const news = readNewsList(x.list('news'));
  return news.length === 0 ? {} : { news };
}

function readProbe<Type extends 'PING' | 'PONG'>(
  type: Type,
  fields: FieldReader,
): ProbeFields & { readonly type: Type } {
  const base = readBase(fields);
  const to = fields.optionalId('to');
  const nodeInfo = fields.optional('node_info', readNodeInfo);
  return nodeInfo === undefined ? { type, ...base, to } : { type, ...base, to, nodeInfo };
}

function readBase(fields: FieldReader): { from: string; timestampS: number; messageId: string } {
  return {
    from: fields.id('from'),
    timestampS: timestamp(fields),
    messageId: fields.optionalMessageId('message_id'),
  };
}

function timestamp(fields: FieldReader): number {
  return fields.optionalCount('timestamp', MAX_TIMESTAMP_S);
}
