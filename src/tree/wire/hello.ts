import { normaliseHost } from '../../gossip/address.js';
import type { FieldReader } from '../../gossip/wire/field-reader.js';
import { isJsonObject, type JsonObject } from '../../gossip/wire/json.js';
import { hostOnTheWire } from '../../gossip/wire/node-info.js';
import type { HelloFrame } from '../frame.js';
import { extensionFields, readExtension } from './extension.js';
import { type Fields, readFields } from './fields.js';

export function helloFields(hello: HelloFrame): Fields {
  return {
    node_id: hello.nodeId,
    enclave: hello.enclave,
    address: hostOnTheWire(hello.address),
    http_port: hello.httpPort,
    capabilities: { inbound: String(hello.inbound) },
    x: extensionFields(hello.extension),
  };
}

export function readHello(payload: JsonObject): HelloFrame | undefined {
  return readFields(payload, (fields) => ({
    type: 'hello',
    nodeId: fields.id('node_id'),
    enclave: fields.enclave('enclave'),
    address: fields.parsed('address', hostOf) ?? '',
    httpPort: fields.optionalPort('http_port'),
    inbound: readInbound(fields),
    ...readExtension(fields),
  }));
}

/** Nobody has to dial a child, so that one which does not know its address keeps its place. */
function hostOf(value: unknown): string | undefined {
  return typeof value === 'string' ? (normaliseHost(value) ?? '') : undefined;
}

/** Nodes in the field write the word, as all their capabilities are text. */
function readInbound(fields: FieldReader): boolean {
  return fields.parsed('capabilities', saysInbound) ?? false;
}

function saysInbound(capabilities: unknown): boolean {
  if (!isJsonObject(capabilities)) return false;
  const { inbound } = capabilities;
  return inbound === true || inbound === 'true';
}
