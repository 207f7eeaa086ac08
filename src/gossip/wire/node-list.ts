import { FieldReader } from './field-reader.js';
import { isJsonObject } from './json.js';
import { MAX_BOOTSTRAP_ANSWER_BYTES, MAX_BOOTSTRAP_ANSWER_VALUES, MAX_BOOTSTRAP_PEERS } from './limits.js';
import type { NodeInfo } from './message.js';
import type { News } from './news.js';
import { nodeInfoJson, readNodeInfo } from './node-info.js';

/** Bounds on an answer that lists nodes: to a request to join, or to a SYNC. */
export const NODE_LIST_BOUNDS: { readonly maxBytes: number; readonly maxValues: number } = {
  maxBytes: MAX_BOOTSTRAP_ANSWER_BYTES,
  maxValues: MAX_BOOTSTRAP_ANSWER_VALUES,
};

export interface NodeList {
  readonly nodes: readonly NodeInfo[];
  /** Entries left out because they were malformed or beyond MAX_BOOTSTRAP_PEERS. */
  readonly skipped: number;
  /** What a member tells besides, in answer to a SYNC. */
  readonly news?: readonly News[];
  /** Wall clock of the answerer, where it signs what it says. */
  readonly sentMs?: number;
}

/** Reads a list of nodes, each for itself: malformed entries cost themselves and not the list. */
export function readNodeList(entries: readonly unknown[]): NodeList {
  const nodes = entries.slice(0, MAX_BOOTSTRAP_PEERS).map(nodeOf).filter(isPresent);
  return { nodes, skipped: entries.length - nodes.length };
}

/** The list as JSON, with as many nodes from its front as an answer of `MAX_BOOTSTRAP_ANSWER_BYTES` has room for. */
export function nodeListText(nodes: readonly NodeInfo[], frameBytes: number): string {
  const texts = textsWithin(nodes.slice(0, MAX_BOOTSTRAP_PEERS), MAX_BOOTSTRAP_ANSWER_BYTES - frameBytes);
  return `[${texts.join(',')}]`;
}

/** As many nodes from the front of a list as its JSON has room for in `maxBytes`. */
export function nodesWithin(nodes: readonly NodeInfo[], maxBytes: number): readonly NodeInfo[] {
  return nodes.slice(0, textsWithin(nodes, maxBytes).length);
}

function textsWithin(nodes: readonly NodeInfo[], maxBytes: number): readonly string[] {
  const texts: string[] = [];
  let roomBytes = maxBytes - '[]'.length;
  for (const info of nodes) {
    const text = JSON.stringify(nodeInfoJson(info));
    roomBytes -= Buffer.byteLength(text) + ','.length;
    if (roomBytes < 0) break;
    texts.push(text);
  }
  return texts;
}

function nodeOf(entry: unknown): NodeInfo | undefined {
  if (!isJsonObject(entry)) return undefined;
  const fields = new FieldReader(entry);
  const info = readNodeInfo(fields);
  return fields.wrongField === undefined ? info : undefined;
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
