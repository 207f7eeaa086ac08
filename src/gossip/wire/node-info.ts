import type { FieldReader } from './field-reader.js';
import { MAX_INSTANCE_BYTES } from './limits.js';
import type { NodeExtension, NodeInfo } from './message.js';

/** `node_info` as JSON prints it. */
export interface NodeInfoJson {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly http_port: number;
  readonly enclave: string;
  readonly x: NodeExtension | undefined;
}

export function readNodeInfo(fields: FieldReader): NodeInfo {
  const info: NodeInfo = {
    id: fields.id('id'),
    address: fields.host('address'),
    port: fields.optionalPort('port'),
    httpPort: fields.port('http_port'),
    enclave: fields.enclave('enclave'),
  };
  const extension = fields.optional('x', readNodeExtension);
  return extension === undefined ? info : { ...info, extension };
}

/** Only nodes of this implementation write `x`: a malformed one is a fault and spoils the whole message. */
export function readNodeExtension(fields: FieldReader): NodeExtension {
  return {
    incarnation: fields.count('incarnation', Number.MAX_SAFE_INTEGER),
    instance: fields.id('instance', MAX_INSTANCE_BYTES),
  };
}

export function nodeInfoJson(info: NodeInfo): NodeInfoJson {
  return {
    id: info.id,
    address: hostOnTheWire(info.address),
    port: info.port,
    http_port: info.httpPort,
    enclave: info.enclave,
    x: nodeExtensionJson(info.extension),
  };
}

export function nodeExtensionJson(extension: NodeExtension | undefined): NodeExtension | undefined {
  return extension && { incarnation: extension.incarnation, instance: extension.instance };
}

/**
 * Nodes in the field dial `http://{address}:{http_port}` as it stands, so an IPv6 address has to bring its brackets.
 */
export function hostOnTheWire(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
