import type { BootstrapAnswer, BootstrapRequest } from './bootstrap.js';
import { FieldReader } from './field-reader.js';
import { isJsonObject, parseJsonObject } from './json.js';
import { MAX_BOOTSTRAP_REQUEST_BYTES, MAX_MESSAGE_VALUES } from './limits.js';
import { hostOnTheWire, nodeExtensionJson, nodeInfoJson, readNodeExtension } from './node-info.js';
import { NODE_LIST_BOUNDS, readNodeList } from './node-list.js';

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
  const extension = fields.optional('x', readJoinerExtension);
  if (fields.wrongField !== undefined) return { ok: false, error: `Invalid request: ${fields.wrongField}` };
  return { ok: true, request: { ...request, ...extension } };
}

function readJoinerExtension(x: FieldReader): Pick<BootstrapRequest, 'extension' | 'wantsReach'> {
  return { extension: readNodeExtension(x), ...(x.flag('reach') && { wantsReach: true }) };
}

export function encodeBootstrapRequest(request: BootstrapRequest): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      node_id: request.nodeId,
      address: hostOnTheWire(request.address),
      gossip_port: request.gossipPort,
      http_port: request.httpPort,
      enclave: request.enclave,
      x: request.extension && { ...nodeExtensionJson(request.extension), reach: request.wantsReach },
    }),
  );
}

/**
 * Decodes what a seed answers. A node in the field that was once sent rubbish repeats it to every joiner (recorded:
 * `{"enclave":"default"}`), so malformed entries cost themselves and not the answer. Total.
 */
export function decodeBootstrapAnswer(bytes: Uint8Array): BootstrapAnswerResult {
  const object = parseJsonObject(bytes, NODE_LIST_BOUNDS);
  if (object === undefined) return { ok: false, error: 'Invalid JSON' };
  if (object['success'] !== true) return { ok: false, error: 'Invalid answer: success' };
  // Go prints a list that was never filled as null.
  const entries: unknown = object['peers'] ?? [];
  if (!Array.isArray(entries)) return { ok: false, error: 'Invalid answer: peers' };
  const { nodes, skipped } = readNodeList(entries);
  const reachable = readReachable(object['x']);
  return { ok: true, answer: { peers: nodes, ...(reachable !== undefined && { reachable }) }, skipped };
}

export function encodeBootstrapAnswer({ peers, reachable }: BootstrapAnswer): Uint8Array {
  const x = reachable === undefined ? undefined : { reachable };
  return Buffer.from(JSON.stringify({ success: true, peers: peers.map(nodeInfoJson), x }));
}

/** Whatever else stands there is as if nothing did: the answer says who is there all the same. */
function readReachable(x: unknown): boolean | undefined {
  const reachable = isJsonObject(x) ? x['reachable'] : undefined;
  return typeof reachable === 'boolean' ? reachable : undefined;
}
