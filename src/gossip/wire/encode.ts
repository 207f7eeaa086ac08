import { encodeBase64 } from './base64.js';
import type { Message, PutMessage } from './message.js';
import { nodeInfoJson } from './node-info.js';

/**
 * Encodes a gossip message, wire v1, byte for byte as TypeScript nodes in the field do: fields in their order, and empty
 * ones left out.
 */
export function encodeMessage(message: Message): Uint8Array {
  return message.type === 'PUT' ? encodePut(message) : Buffer.from(JSON.stringify(messageJson(message)));
}

/** A message other than a PUT as `JSON.stringify` has to be given it. */
export function messageJson(message: Exclude<Message, PutMessage>): Readonly<Record<string, unknown>> {
  const base = {
    type: message.type,
    from: message.from,
    timestamp: message.timestampS,
    message_id: message.messageId,
  };
  switch (message.type) {
    case 'ACK':
      return { ...base, to: message.to || undefined, key: message.key || undefined };
    case 'PING':
    case 'PONG':
      return { ...base, to: message.to || undefined, node_info: message.nodeInfo && nodeInfoJson(message.nodeInfo) };
    case 'SYNC':
      return { ...base, node_info: nodeInfoJson(message.nodeInfo) };
    case 'LEAVE':
      return { ...base, x: { incarnation: message.incarnation } };
  }
}

/**
 * Written by hand, as it is the message a busy node spends its time on: base64 needs no escaping, so the value goes
 * straight into the bytes. Half the time of `JSON.stringify` at 1 KiB, and fewer copies at 10 MiB.
 */
function encodePut(message: PutMessage): Uint8Array {
  const base64 = message.data.byteLength === 0 ? '' : encodeBase64(message.data);
  const head =
    `{"type":"PUT","from":${JSON.stringify(message.from)},"timestamp":${message.timestampS}` +
    `,"message_id":${JSON.stringify(message.messageId)},"key":${JSON.stringify(message.key)}` +
    (base64 === '' ? '' : ',"data":"');
  const tail = (base64 === '' ? '' : '"') + (message.ttlSeconds === 0 ? '}' : `,"ttl":${message.ttlSeconds}}`);
  const headBytes = Buffer.byteLength(head);
  const body = Buffer.allocUnsafe(headBytes + base64.length + tail.length);
  body.write(head, 0, 'utf8');
  body.write(base64, headBytes, 'latin1');
  body.write(tail, headBytes + base64.length, 'latin1');
  return body;
}
