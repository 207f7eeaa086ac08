/** Wire v1 messages as the runner reads and writes them: JSON, nothing assumed about fields that a rule does not name. */

export interface WireNodeInfo {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly http_port: number;
  readonly enclave?: string;
}

export interface WireMessage {
  readonly type: string;
  readonly from: string;
  readonly to?: string;
  readonly key?: string;
  readonly data?: string;
  readonly ttl?: number;
  readonly timestamp: number;
  readonly message_id: string;
  readonly node_info?: WireNodeInfo;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined where the text is not a JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where the text is no message: see `messageFrom`. */
export function parseMessage(text: string): WireMessage | undefined {
  const fields = parseObject(text);
  return fields && messageFrom(fields);
}

/** Undefined where the fields make no message: no type, no sender. Other fields are taken where they have the right type. */
export function messageFrom(fields: JsonObject): WireMessage | undefined {
  if (typeof fields['type'] !== 'string' || typeof fields['from'] !== 'string') return undefined;
  const { to, key, data, ttl, timestamp, message_id: messageId } = fields;
  const info = parseNodeInfo(fields['node_info']);
  return {
    type: fields['type'],
    from: fields['from'],
    ...(typeof to === 'string' ? { to } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(typeof data === 'string' ? { data } : {}),
    ...(typeof ttl === 'number' ? { ttl } : {}),
    timestamp: typeof timestamp === 'number' ? timestamp : Number.NaN,
    message_id: typeof messageId === 'string' ? messageId : '',
    ...(info === undefined ? {} : { node_info: info }),
  };
}

export function parseNodeInfo(value: unknown): WireNodeInfo | undefined {
  if (!isObject(value)) return undefined;
  const { id, address, port, http_port: httpPort, enclave } = value;
  if (typeof id !== 'string' || typeof address !== 'string' || typeof httpPort !== 'number') return undefined;
  return {
    id,
    address,
    port: typeof port === 'number' ? port : 0,
    http_port: httpPort,
    ...(typeof enclave === 'string' && enclave !== '' ? { enclave } : {}),
  };
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
