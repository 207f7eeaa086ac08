import type { LegacyFlavour } from './flavour.js';
import { LegacyFields, parseJson, stringify } from './json.js';
import { type LegacyNodeInfo, readNodeInfo } from './node-info.js';

/** One gossip message, in the field names of the wire. Empty text, zero and absent mean the same. */
export interface LegacyMessage {
  readonly type: string;
  readonly from: string;
  readonly to?: string;
  readonly key?: string;
  /** Standard base64 with padding. */
  readonly data?: string;
  /** Seconds. */
  readonly ttl?: number;
  /** Whole seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly message_id: string;
  readonly node_info?: LegacyNodeInfo;
}

const FIELD_ORDER = {
  go: ['type', 'from', 'to', 'key', 'data', 'ttl', 'timestamp', 'message_id', 'node_info'],
  ts: ['type', 'from', 'timestamp', 'message_id', 'to', 'key', 'data', 'ttl', 'node_info'],
} as const satisfies Record<LegacyFlavour, readonly (keyof LegacyMessage)[]>;

const NEVER_LEFT_OUT: ReadonlySet<string> = new Set(['type', 'from', 'timestamp', 'message_id']);

/** The message as the flavour writes it. */
export function encodeMessage(flavour: LegacyFlavour, message: LegacyMessage): Uint8Array {
  const fields: Record<string, unknown> = {};
  for (const name of FIELD_ORDER[flavour]) {
    if (message[name] || NEVER_LEFT_OUT.has(name)) fields[name] = message[name];
  }
  return Buffer.from(stringify(flavour, fields));
}

/** The message of a body, without the fields that the old protocol does not know; `undefined` where it is none. */
export function decodeMessage(flavour: LegacyFlavour, body: Uint8Array): LegacyMessage | undefined {
  const fields = new LegacyFields(flavour, parseJson(body));
  const info = fields.inside('node_info', (value) => readNodeInfo(flavour, value));
  const message: LegacyMessage = {
    type: fields.text('type'),
    from: fields.text('from'),
    to: fields.text('to'),
    key: fields.text('key'),
    data: fields.base64('data'),
    ttl: fields.whole('ttl'),
    timestamp: fields.whole('timestamp'),
    message_id: fields.text('message_id'),
    ...(info !== undefined && { node_info: info }),
  };
  return fields.ok ? message : undefined;
}
