import { messageOf } from './decode.js';
import { encodeMessage } from './encode.js';
import { isJsonObject, parseJsonObject } from './json.js';
import type { AckMessage, Message, PongMessage } from './message.js';

/** Longest answer to a gossip message that is looked at, in bytes: a reply is an ACK or a PONG. */
export const MAX_ANSWER_BYTES: number = 32 * 1024;

const BOUNDS = { maxBytes: MAX_ANSWER_BYTES, maxValues: 256 };

/** The answer to a message that was taken: what every node says, and the reply where the message asked for one. */
export function encodeAnswer(reply?: AckMessage | PongMessage): Uint8Array {
  if (reply === undefined) return TAKEN;
  return Buffer.concat([HEAD, encodeMessage(reply), TAIL]);
}

const TAKEN: Uint8Array = Buffer.from('{"success":true}');
const HEAD: Uint8Array = Buffer.from('{"success":true,"x":{"reply":');
const TAIL: Uint8Array = Buffer.from('}}');

/** The reply in an answer; `undefined` where there is none, or none that is well formed. Total. */
export function decodeAnswer(bytes: Uint8Array): Message | undefined {
  if (bytes.byteLength <= HEAD.byteLength) return undefined;
  const extension = parseJsonObject(bytes, BOUNDS)?.['x'];
  const reply = isJsonObject(extension) ? extension['reply'] : undefined;
  if (!isJsonObject(reply)) return undefined;
  const result = messageOf(reply);
  return result.ok && result.message.type !== 'UNKNOWN' ? result.message : undefined;
}
