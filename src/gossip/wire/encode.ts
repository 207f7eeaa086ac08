import { encodeBase64 } from './base64.js';
import type { AckMessage, Message, PingMessage, PongMessage, PutMessage, SyncMessage } from './message.js';
import { type News, newsJson } from './news.js';
import { nodeExtensionJson, nodeInfoJson } from './node-info.js';
import { encodeViewDigest } from './view-digest.js';

/**
 * Encodes a gossip message, wire v1, byte for byte as TypeScript nodes in the field do: fields in their order, and
 * empty ones left out. PUT and ACK, which a busy node spends its time on, are written by hand: twice as fast as
 * `JSON.stringify`.
 */
export function encodeMessage(message: Message): Uint8Array {
  if (message.type === 'PUT') return encodePut(message);
  return Buffer.from(message.type === 'ACK' ? ackText(message) : JSON.stringify(otherFields(message)));
}

/**
 * The fields of a message by their names and in their order on the wire; `undefined` stands for one that is left out.
 * The value of a write is bytes here: how these travel is up to the encoding.
 */
export function messageFields(message: Message): Readonly<Record<string, unknown>> {
  if (message.type === 'PUT') return putFields(message);
  return message.type === 'ACK' ? ackFields(message) : otherFields(message);
}

function putFields(message: PutMessage): Readonly<Record<string, unknown>> {
  const { wantsReply: reply, enclave } = message;
  return {
    type: message.type,
    from: message.from,
    timestamp: message.timestampS,
    message_id: message.messageId,
    key: message.key,
    data: message.data,
    ttl: message.ttlSeconds,
    x: reply === undefined && enclave === undefined ? undefined : { reply, enclave },
  };
}

function ackFields(message: AckMessage): Readonly<Record<string, unknown>> {
  return {
    type: message.type,
    from: message.from,
    timestamp: message.timestampS,
    message_id: message.messageId,
    to: message.to || undefined,
    key: message.key || undefined,
  };
}

function otherFields(message: Exclude<Message, PutMessage | AckMessage>): Readonly<Record<string, unknown>> {
  const base = {
    type: message.type,
    from: message.from,
    timestamp: message.timestampS,
    message_id: message.messageId,
  };
  switch (message.type) {
    case 'PING':
      return {
        ...base,
        ...probeFields(message),
        x: extensionJson({ ...wishJson(message), accused: message.accused, room: message.room }, message),
      };
    case 'PONG':
      return {
        ...base,
        ...probeFields(message),
        x: extensionJson({ known: nodeExtensionJson(message.known), room: message.room }, message),
      };
    case 'SYNC':
      return { ...base, node_info: nodeInfoJson(message.nodeInfo), x: extensionJson(syncJson(message), message) };
    case 'LEAVE':
      return { ...base, x: { incarnation: message.incarnation } };
    case 'NEWS':
      return { ...base, x: { news: message.news.map(newsJson) } };
    case 'PINGREQ':
      return { ...base, to: message.to, x: extensionJson({ timeout_ms: message.timeoutMs }, message) };
    case 'PINGACK':
      return { ...base, to: message.to || undefined, x: { acked: message.acked } };
  }
}

function probeFields(message: PingMessage | PongMessage): Readonly<Record<string, unknown>> {
  return { to: message.to || undefined, node_info: message.nodeInfo && nodeInfoJson(message.nodeInfo) };
}

function wishJson({ wantsReply }: { readonly wantsReply?: true }): { readonly reply: true } | undefined {
  return wantsReply && { reply: true };
}

function syncJson(message: SyncMessage): Readonly<Record<string, unknown>> {
  return { ...wishJson(message), digest: message.digest && encodeViewDigest(message.digest) };
}

/** The fields of `x` and the news; `undefined` where there is nothing to say. */
function extensionJson(
  fields: Readonly<Record<string, unknown>> | undefined,
  { news = [] }: { readonly news?: readonly News[] },
): Readonly<Record<string, unknown>> | undefined {
  const all = { ...fields, ...(news.length > 0 && { news: news.map(newsJson) }) };
  return Object.values(all).some((value) => value !== undefined) ? all : undefined;
}

function ackText(message: AckMessage): string {
  const to = message.to === '' ? '' : `,"to":${JSON.stringify(message.to)}`;
  const key = message.key === '' ? '' : `,"key":${JSON.stringify(message.key)}`;
  return `${openingText(message)}${to}${key}}`;
}

/** Base64 needs no escaping, so the value goes straight into the bytes, with no copy but its own. */
function encodePut(message: PutMessage): Uint8Array {
  const base64 = message.data.byteLength === 0 ? '' : encodeBase64(message.data);
  const head = `${openingText(message)},"key":${JSON.stringify(message.key)}${base64 === '' ? '' : ',"data":"'}`;
  const ttl = message.ttlSeconds === 0 ? '' : `,"ttl":${message.ttlSeconds}`;
  const tail = `${base64 === '' ? '' : '"'}${ttl}${putExtensionText(message)}}`;
  const headBytes = Buffer.byteLength(head);
  const body = Buffer.allocUnsafe(headBytes + base64.length + Buffer.byteLength(tail));
  body.write(head, 0, 'utf8');
  body.write(base64, headBytes, 'latin1');
  body.write(tail, headBytes + base64.length, 'utf8');
  return body;
}

function putExtensionText({ wantsReply, enclave }: PutMessage): string {
  if (enclave === undefined) return wantsReply ? ',"x":{"reply":true}' : '';
  return `,"x":{${wantsReply ? '"reply":true,' : ''}"enclave":${JSON.stringify(enclave)}}`;
}

/** The fields every message begins with, the object left open. */
function openingText(message: PutMessage | AckMessage): string {
  return (
    `{"type":"${message.type}","from":${JSON.stringify(message.from)},"timestamp":${message.timestampS}` +
    `,"message_id":${JSON.stringify(message.messageId)}`
  );
}
