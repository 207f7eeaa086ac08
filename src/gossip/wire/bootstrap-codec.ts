import type { BootstrapAnswer, BootstrapRequest } from './bootstrap.js';
import { FieldReader } from './field-reader.js';
import { isJsonObject, parseJsonObject } from './json.js';
import {
  MAX_BOOTSTRAP_ANSWER_BYTES,
  MAX_BOOTSTRAP_ANSWER_VALUES,
  MAX_BOOTSTRAP_PEERS,
  MAX_BOOTSTRAP_REQUEST_BYTES,
  MAX_MESSAGE_VALUES,
} from './limits.js';
import type { NodeInfo } from './message.js';
import { hostOnTheWire, nodeExtensionJson, nodeInfoJson, readNodeExtension, readNodeInfo } from './node-info.js';

export type BootstrapRequestResult =
  | { readonly ok: true; readonly request: BootstrapRequest }
  | { readonly ok: false; readonly error: 'Invalid JSON' | `Invalid request: ${string}` };

export type BootstrapAnswerResult =
  | {
      readonly ok: true;
      readonly answer: BootstrapAnswer;
      /** Entries left out because they were malformed or beyond MAX_BOOTSTRAP_PEERS. */
      readonly skipped: number;
    }
  | { readonly ok: false; readonly error: 'Invalid JSON' | `Invalid answer: ${string}` };

const REQUEST_BOUNDS = { maxBytes: MAX_BOOTSTRAP_REQUEST_BYTES, maxValues: MAX_MESSAGE_VALUES };
const ANSWER_BOUNDS = { maxBytes: MAX_BOOTSTRAP_ANSWER_BYTES, maxValues: MAX_BOOTSTRAP_ANSWER_VALUES };

/** Decodes and validates what a joiner sends. Total. */
export function decodeBootstrapRequest(bytes: Uint8Array): BootstrapRequestResult {
  const object = parseJsonObject(bytes, REQUEST_BOUNDS);
  if (object === undefined) return { ok: false, error: 'Invalid JSON' };
  const fields = new FieldReader(object);
  const request: BootstrapRequest = {
    nodeId: fields.id('node_id'),
    address: fields.host('address'),
    gossipPort: fields.optionalPort('gossip_port'),
    httpPort: fields.port('http_port'),
    enclave: fields.enclave('enclave'),
  };
  const extension = fields.optional('x', readNodeExtension);
  if (fields.wrongField !== undefined) return { ok: false, error: `Invalid request: ${fields.wrongField}` };
  return { ok: true, request: extension === undefined ? request : { ...request, extension } };
}

export function encodeBootstrapRequest(request: BootstrapRequest): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      node_id: request.nodeId,
      address: hostOnTheWire(request.address),
      gossip_port: request.gossipPort,
      http_port: request.httpPort,
      enclave: request.enclave,
      x: nodeExtensionJson(request.extension),
    }),
  );
}

/**
 * Decodes what a seed answers. A node in the field that was once sent rubbish repeats it to every joiner (recorded:
 * `{"enclave":"default"}`), so malformed entries cost themselves and not the answer. Total.
 */
export function decodeBootstrapAnswer(bytes: Uint8Array): BootstrapAnswerResult {
  const object = parseJsonObject(bytes, ANSWER_BOUNDS);
  if (object === undefined) return { ok: false, error: 'Invalid JSON' };
  if (object['success'] !== true) return { ok: false, error: 'Invalid answer: success' };
  // Go prints a list that was never filled as null.
  const entries: unknown = object['peers'] ?? [];
  if (!Array.isArray(entries)) return { ok: false, error: 'Invalid answer: peers' };
  const peers = entries.slice(0, MAX_BOOTSTRAP_PEERS).map(peerOf).filter(isPresent);
  return { ok: true, answer: { peers }, skipped: entries.length - peers.length };
}

export function encodeBootstrapAnswer(answer: BootstrapAnswer): Uint8Array {
  return Buffer.from(JSON.stringify({ success: true, peers: answer.peers.map(nodeInfoJson) }));
}

function peerOf(entry: unknown): NodeInfo | undefined {
  if (!isJsonObject(entry)) return undefined;
  const fields = new FieldReader(entry);
  const info = readNodeInfo(fields);
  return fields.wrongField === undefined ? info : undefined;
}

function isPresent<T>(value: T | undefined): value is T {
  return value !== undefined;
}
