import { messageOf } from '../../gossip/wire/decode.js';
import type { JsonObject } from '../../gossip/wire/json.js';
import type { DecodedMessage, Message } from '../../gossip/wire/message.js';

type MessageType = Message['type'];
type MessageOf<Type extends MessageType> = Extract<Message, { type: Type }>;

/** The gossip message that is the payload of a frame; `undefined` where it is malformed, or of another type. */
export function readMessage<Type extends MessageType>(payload: JsonObject, type: Type): MessageOf<Type> | undefined {
  const result = messageOf(payload);
  return result.ok && isOfType(result.message, type) ? result.message : undefined;
}

function isOfType<Type extends MessageType>(message: DecodedMessage, type: Type): message is MessageOf<Type> {
  return message.type === type;
}
