import type { HostPort } from '../../../src/gossip/address.js';
import type { LegacyFlavour } from './flavour.js';
import { LegacyFields } from './json.js';

export const DEFAULT_ENCLAVE = 'default';

/** Carried in every node_info and never dialled. */
export const DEFAULT_GOSSIP_PORT = 9090;

/** A node as messages describe it, in the field names and the field order of the wire. */
export interface LegacyNodeInfo {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly http_port: number;
  readonly enclave: string;
}

export function readNodeInfo(flavour: LegacyFlavour, value: unknown): LegacyNodeInfo | undefined {
  const fields = new LegacyFields(flavour, value);
  const info = {
    id: fields.text('id'),
    address: fields.text('address'),
    port: fields.whole('port'),
    http_port: fields.whole('http_port'),
    enclave: fields.text('enclave') || DEFAULT_ENCLAVE,
  };
  return fields.ok ? info : undefined;
}

/** Where a node is dialled. */
export function httpAddress(info: LegacyNodeInfo): HostPort {
  return { host: info.address, port: info.http_port };
}
