import { messageFields } from '../../gossip/wire/encode.js';
import { isJsonObject, type JsonObject } from '../../gossip/wire/json.js';
import { MAX_MESSAGE_VALUES } from '../../gossip/wire/limits.js';
import { type Frame, type FrameType, MAX_WELCOME_MEMBERS, type UnknownFrame } from '../frame.js';
import { answerFields, askFields, readAnswer, readAsk } from './ask.js';
import type { FrameFault, FrameResult } from './codec.js';
import type { Fields } from './fields.js';
import { goodbyeFields, readGoodbye } from './goodbye.js';
import { helloFields, readHello } from './hello.js';
import { readMessage } from './message-payload.js';
import { readView, viewFields } from './view.js';
import { readWelcome, welcomeFields } from './welcome.js';

/** Most values in a welcome, the names in CBOR maps included: a member takes up to 27. */
const MAX_WELCOME_VALUES: number = 32 * MAX_WELCOME_MEMBERS;

const UNKNOWN: UnknownFrame = { type: 'unknown' };

/** How many values the payload of a frame may hold, whose type is the sender's. */
export function maxValuesOf(type: unknown): number {
  return type === 'welcome' ? MAX_WELCOME_VALUES : MAX_MESSAGE_VALUES;
}

/** The payload as every codec writes it. */
export function payloadFields(frame: Frame): Fields {
  switch (frame.type) {
    case 'hello':
      return helloFields(frame);
    case 'welcome':
      return welcomeFields(frame);
    case 'goodbye':
      return goodbyeFields(frame);
    case 'view':
      return viewFields(frame);
    case 'ask':
      return askFields(frame);
    case 'answer':
      return answerFields(frame);
    default:
      return messageFields(frame.message);
  }
}

/**
 * The frame of a type and a payload, once the signature was found good. A type unknown here makes the frame unknown
 * whatever its payload: later versions may know it.
 */
export function frameOf(type: unknown, payload: unknown): FrameResult {
  if (typeof type !== 'string') return faultOf('malformed');
  if (!isKnown(type)) return { ok: true, frame: UNKNOWN };
  const frame = isJsonObject(payload) ? READERS[type](payload) : undefined;
  return frame === undefined ? faultOf('malformed') : { ok: true, frame };
}

export function faultOf(fault: FrameFault): FrameResult {
  return { ok: false, fault };
}

const READERS: { readonly [Type in FrameType]: (payload: JsonObject) => Frame | undefined } = {
  hello: readHello,
  welcome: readWelcome,
  goodbye: readGoodbye,
  put: (payload) => withMessage('put', readMessage(payload, 'PUT')),
  ack: (payload) => withMessage('ack', readMessage(payload, 'ACK')),
  ping: (payload) => withMessage('ping', readMessage(payload, 'PING')),
  pong: (payload) => withMessage('pong', readMessage(payload, 'PONG')),
  topology_sync: (payload) => withMessage('topology_sync', readMessage(payload, 'SYNC')),
  view: readView,
  ask: readAsk,
  answer: readAnswer,
};

function isKnown(type: string): type is FrameType {
  return Object.hasOwn(READERS, type);
}

function withMessage<Type extends FrameType, Message>(
  type: Type,
  message: Message | undefined,
): { readonly type: Type; readonly message: Message } | undefined {
  return message && { type, message };
}
