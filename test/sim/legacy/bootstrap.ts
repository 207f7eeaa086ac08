import { answerText, type LegacyFlavour } from './flavour.js';
import { LegacyFields, parseJson, stringify } from './json.js';
import { DEFAULT_ENCLAVE, type LegacyNodeInfo, readNodeInfo } from './node-info.js';

/** What a joiner posts: a node_info under other names. */
export function encodeJoin(flavour: LegacyFlavour, self: LegacyNodeInfo): Uint8Array {
  const { id, address, port, http_port, enclave } = self;
  return Buffer.from(stringify(flavour, { node_id: id, address, gossip_port: port, http_port, enclave }));
}

/** The joiner that a request describes; `undefined` where the request is none. */
export function decodeJoin(flavour: LegacyFlavour, body: Uint8Array): LegacyNodeInfo | undefined {
  const fields = new LegacyFields(flavour, parseJson(body));
  const info = {
    id: fields.text('node_id'),
    address: fields.text('address'),
    port: fields.whole('gossip_port'),
    http_port: fields.whole('http_port'),
    enclave: fields.text('enclave') || DEFAULT_ENCLAVE,
  };
  return fields.ok ? info : undefined;
}

/** The answer to a joiner: everybody known, the answerer last. */
export function encodeJoinAnswer(flavour: LegacyFlavour, peers: readonly LegacyNodeInfo[]): Uint8Array {
  return answerText(flavour, stringify(flavour, { success: true, peers }));
}

/** The nodes that an answer names; `undefined` where it is no answer. */
export function decodeJoinAnswer(flavour: LegacyFlavour, body: Uint8Array): readonly LegacyNodeInfo[] | undefined {
  const fields = new LegacyFields(flavour, parseJson(body));
  const infos = fields.list('peers').map((value) => readNodeInfo(flavour, value));
  return fields.ok ? infos.filter((info) => info !== undefined) : undefined;
}
