import { isObject, type JsonObject, parseObject } from './message.js';

/** The types of message that nodes in the field know. */
export const OLD_TYPES: ReadonlySet<string> = new Set(['PUT', 'GET', 'PING', 'PONG', 'SYNC', 'ACK']);

/** What a node may add under `x`, but says only to nodes that have added it themselves. */
const ONLY_AMONG_NEWER = ['news', 'accused', 'digest'] as const;

type Rule = (value: unknown) => boolean;

const isText: Rule = (value) => typeof value === 'string';
const isInteger: Rule = (value) => Number.isSafeInteger(value);
const isBase64: Rule = (value) => isText(value) && Buffer.from(String(value), 'base64').toString('base64') === value;

const FIELDS: Readonly<Record<string, Rule>> = {
  to: isText,
  key: isText,
  data: isBase64,
  ttl: isInteger,
  timestamp: isInteger,
  message_id: isText,
};

const NODE_INFO_FIELDS: Readonly<Record<string, Rule>> = {
  id: isText,
  address: isText,
  port: isInteger,
  http_port: isInteger,
  enclave: isText,
};

/**
 * Why a node in the field cannot read a message, or must not be sent it: its decoders ignore fields they do not know,
 * and refuse the message where one they know has another type. `undefined` where nothing is wrong.
 */
export function faultByOldRules(text: string): string | undefined {
  const message = parseObject(text);
  if (message === undefined) return 'no JSON object';
  const { type, from, node_info: info, x } = message;
  if (typeof type !== 'string' || !OLD_TYPES.has(type)) return `type ${JSON.stringify(type)}`;
  if (typeof from !== 'string' || from === '') return `${type} without a sender`;
  const wrong = wrongField(message, FIELDS);
  if (wrong !== undefined) return `${type} with ${wrong} ${JSON.stringify(message[wrong]).slice(0, 40)}`;
  if (info !== undefined && !isObject(info)) return `${type} whose node_info is no object`;
  const wrongInfo = info && wrongField(info, NODE_INFO_FIELDS);
  if (wrongInfo !== undefined) return `${type} with node_info.${wrongInfo}`;
  const told = isObject(x) ? ONLY_AMONG_NEWER.find((field) => x[field] !== undefined) : undefined;
  return told && `${type} with x.${told}`;
}

/** A field that is there and has another type than nodes in the field decode it as. */
function wrongField(object: JsonObject, rules: Readonly<Record<string, Rule>>): string | undefined {
  return Object.keys(rules).find((field) => object[field] !== undefined && !rules[field]?.(object[field]));
}
