import { FieldReader } from './field-reader.js';
import { isJsonObject } from './json.js';
import { MAX_BOOTSTRAP_ANSWER_BYTES, MAX_BOOTSTRAP_ANSWER_VALUES, MAX_BOOTSTRAP_PEERS } from './limits.js';
import type { NodeInfo } from './message.js';
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
}

/** Reads a list of nodes, each for itself: malformed entries cost themselves and not the list. */
export function readNodeList(entries: readonly unknown[]): NodeList {
  const nodes = entries.slice(0, MAX_BOOTSTRAP_PEERS).map(nodeOf).filter(isPresent);
  return { nodes, skipped: entries.length - nodes.length };
}

/** The list as JSON, with as many nodes from its front as an answer of `MAX_BOOTSTRAP_ANSWER_BYTES` has room for. */
export function nodeListText(nodes: readonly NodeInfo[], frameBytes: number): string {
  const texts: string[] = [];
  let roomBytes = MAX_BOOTSTRAP_ANSWER_BYTES - frameBytes - '[]'.length;
  for (const info of nodes.slice(0, MAX_BOOTSTRAP_PEERS)) {
    const text = JSON.stringify(nodeInfoJson(info));
    roomBytes -= Buffer.byteLength(text) + ','.length;
    if (roomBytes < 0) break;
    texts.push(text);
  }
  return `[${texts.join(',')}]`;
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
