import { messageOf } from './decode.js';
import { encodeMessage } from './encode.js';
import { isCount } from './fields.js';
import { isJsonObject, parseJsonObject } from './json.js';
import { MAX_MESSAGE_VALUES, MAX_TIMESTAMP_MS } from './limits.js';
import type { Message, NodeInfo, ReplyMessage } from './message.js';
import { type News, newsJson, readNewsList } from './news.js';
import { NODE_LIST_BOUNDS, type NodeList, nodeListText, readNodeList } from './node-list.js';

/** Longest answer to a write, a probe or news that is looked at, in bytes. */
export const MAX_ANSWER_BYTES: number = 32 * 1024;

const BOUNDS = { maxBytes: MAX_ANSWER_BYTES, maxValues: MAX_MESSAGE_VALUES };

/** The answer to a message that was taken: what every node says, and the reply where the message asked for one. */
export function encodeAnswer(reply?: ReplyMessage): Uint8Array {
  if (reply === undefined) return TAKEN;
  return Buffer.concat([HEAD, encodeMessage(reply), TAIL]);
}

const TAKEN: Uint8Array = Buffer.from('{"success":true}');
const HEAD: Uint8Array = Buffer.from('{"success":true,"x":{"reply":');
const NODES_HEAD = '{"success":true,"x":{"nodes":';
const TAIL: Uint8Array = Buffer.from('}}');

/**
 * The answer to a SYNC that asked for one: who is known here, the answerer first, and who was removed. What does not
 * fit into `MAX_BOOTSTRAP_ANSWER_BYTES` is left out, from the end of the list.
 *
 * @param sentMs the wall clock, for whoever signs the answer: it says for how long it counts
 */
export function encodeNodesAnswer(nodes: readonly NodeInfo[], news: readonly News[] = [], sentMs?: number): Uint8Array {
  const newsText = news.length === 0 ? '' : `,"news":${JSON.stringify(news.map(newsJson))}`;
  const rest = sentMs === undefined ? newsText : `${newsText},"at":${sentMs}`;
  const frameBytes = NODES_HEAD.length + Buffer.byteLength(rest) + TAIL.byteLength;
  return Buffer.from(`${NODES_HEAD}${nodeListText(nodes, frameBytes)}${rest}}}`);
}

/** The reply in an answer; `undefined` where there is none, or none that is well formed. Total. */
export function decodeAnswer(bytes: Uint8Array): Message | undefined {
  if (bytes.byteLength <= HEAD.byteLength) return undefined;
  const extension = parseJsonObject(bytes, BOUNDS)?.['x'];
  const reply = isJsonObject(extension) ? extension['reply'] : undefined;
  if (!isJsonObject(reply)) return undefined;
  const result = messageOf(reply);
  return result.ok && result.message.type !== 'UNKNOWN' ? result.message : undefined;
}

/** The nodes in an answer; `undefined` where it lists none, as the answers of older nodes do not. Total. */
export function decodeNodesAnswer(bytes: Uint8Array): NodeList | undefined {
  if (bytes.byteLength <= NODES_HEAD.length) return undefined;
  const extension = parseJsonObject(bytes, NODE_LIST_BOUNDS)?.['x'];
  if (!isJsonObject(extension)) return undefined;
  const { nodes: entries, news: items, at: sentMs } = extension;
  if (!Array.isArray(entries)) return undefined;
  const news = Array.isArray(items) ? readNewsList(items) : [];
  return {
    ...readNodeList(entries),
    ...(news.length > 0 && { news }),
    ...(isCount(sentMs, MAX_TIMESTAMP_MS) && { sentMs }),
  };
}
