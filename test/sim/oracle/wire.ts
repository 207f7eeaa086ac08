import type { HostAnswer } from '../world/machine.js';

/** A node as a message describes it. */
export interface WireNode {
  readonly id: string;
  readonly incarnation: number | undefined;
}

/** What an oracle reads of a message; empty text and undefined where it is absent. */
export interface WireMessage {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly key: string;
  readonly messageId: string;
  /** Where a write says that it belongs. */
  readonly enclave: string;
  readonly node: WireNode | undefined;
  /** It wants its reply in the answer. */
  readonly wantsReply: boolean;
  /** Of a LEAVE. */
  readonly incarnation: number | undefined;
  /** Members that its news says are dead. */
  readonly dead: readonly Death[];
  /** Members that its news says have left, or were removed, up to an incarnation. */
  readonly gone: readonly Departure[];
}

export interface Departure {
  readonly id: string;
  readonly incarnation: number;
}

export interface Death {
  readonly id: string;
  /** Who says so. */
  readonly by: string;
}

const NONE: readonly never[] = [];

type Fields = Readonly<Record<string, unknown>>;

/** A message goes to many in the same bytes: they are read once. */
const read = new WeakMap<Uint8Array, WireMessage | undefined>();

/** Reads a gossip message, or a request to join, without the node's own decoder. `undefined` where it is none. */
export function readMessage(body: Uint8Array): WireMessage | undefined {
  if (!read.has(body)) read.set(body, messageOf(parsed(body)));
  return read.get(body);
}

/** The reply in an answer to a gossip message. */
export function readReply(answer: Pick<HostAnswer, 'status' | 'body'>): WireMessage | undefined {
  if (answer.status !== 200) return undefined;
  return messageOf(objectIn(objectIn(parsed(answer.body), 'x'), 'reply'));
}

function messageOf(fields: Fields | undefined): WireMessage | undefined {
  if (fields === undefined) return undefined;
  return {
    type: text(fields, 'type'),
    from: text(fields, 'from') || text(fields, 'node_id'),
    to: text(fields, 'to'),
    key: text(fields, 'key'),
    messageId: text(fields, 'message_id'),
    enclave: text(objectIn(fields, 'x') ?? {}, 'enclave'),
    node: nodeOf(objectIn(fields, 'node_info')),
    wantsReply: objectIn(fields, 'x')?.['reply'] === true,
    incarnation: number(objectIn(fields, 'x'), 'incarnation'),
    dead: deathsIn(objectIn(fields, 'x')?.['news']),
    gone: departuresIn(objectIn(fields, 'x')?.['news']),
  };
}

function deathsIn(news: unknown): readonly Death[] {
  if (!Array.isArray(news)) return NONE;
  const items = news.map(object).filter((item) => item?.['k'] === 'dead');
  return items.flatMap((item) => (item === undefined ? [] : [{ id: text(item, 'id'), by: text(item, 'by') }]));
}

function departuresIn(news: unknown): readonly Departure[] {
  if (!Array.isArray(news)) return NONE;
  const items = news.map(object).filter((item) => item?.['k'] === 'left' || item?.['k'] === 'removed');
  return items.flatMap((item) =>
    item === undefined ? [] : [{ id: text(item, 'id'), incarnation: number(item, 'inc') ?? Number.POSITIVE_INFINITY }],
  );
}

function nodeOf(fields: Fields | undefined): WireNode | undefined {
  return fields && { id: text(fields, 'id'), incarnation: number(objectIn(fields, 'x'), 'incarnation') };
}

function parsed(body: Uint8Array): Fields | undefined {
  try {
    return object(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString()));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function objectIn(fields: Fields | undefined, name: string): Fields | undefined {
  return object(fields?.[name]);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function number(fields: Fields | undefined, name: string): number | undefined {
  const value = fields?.[name];
  return typeof value === 'number' ? value : undefined;
}
