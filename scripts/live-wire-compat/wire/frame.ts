import { decodeEnvelope, decodePayload, encodeEnvelope, encodePayload } from './cbor.js';
import { isObject, type JsonObject, messageFrom, parseObject, type WireMessage } from './message.js';
import { rawMember } from './raw-member.js';
import { isSignedBy, sign } from './signature.js';

/**
 * How a frame is written.
 * - `typescript`: JSON, the signature over the payload as `JSON.stringify` prints it.
 * - `go`: JSON with other spacing, escapes and order of fields, the signature over the payload's bytes as sent.
 * - `cbor`: what the subprotocol `repram.tree.1` stands for.
 */
export type FrameForm = 'typescript' | 'go' | 'cbor';

/** A frame of the tree, as it was read. */
export interface WireFrame {
  readonly type: string;
  readonly payload: JsonObject;
  /** Where the payload is a gossip message. */
  readonly message?: WireMessage;
  readonly isBinary: boolean;
  /** The text of a JSON frame of up to 4096 characters. */
  readonly raw: string;
  /** Undefined where there is no secret to verify with. `printed` is how TypeScript nodes verify, `sent` how Go nodes do. */
  readonly signature?: { readonly printed: boolean; readonly sent: boolean };
}

const MAX_KEPT_CHARACTERS = 4096;

export function encodeFrame(
  form: FrameForm,
  type: string,
  payload: JsonObject,
  secret: string | undefined,
): string | Uint8Array {
  if (form === 'cbor') {
    const bytes = encodePayload(payload);
    return encodeEnvelope(type, bytes, secret === undefined ? undefined : sign(secret, bytes));
  }
  const text = form === 'go' ? goText(payload) : JSON.stringify(payload);
  const signature = secret === undefined ? undefined : sign(secret, text);
  if (form === 'typescript')
    return `{"type":"${type}","payload":${text}${signature === undefined ? '' : `,"signature":"${signature}"`}}`;
  return `{ "type": "${type}",${signature === undefined ? '' : ` "signature": "${signature}",`}\n "payload": ${text} }`;
}

/** Undefined where the data is no frame. */
export function decodeFrame(data: string | Uint8Array, secret: string | undefined): WireFrame | undefined {
  return typeof data === 'string' ? decodeText(data, secret) : decodeBinary(data, secret);
}

function decodeText(text: string, secret: string | undefined): WireFrame | undefined {
  const { type, payload, signature } = parseObject(text) ?? {};
  if (typeof type !== 'string' || !isObject(payload)) return undefined;
  const raw = text.length > MAX_KEPT_CHARACTERS ? '' : text;
  const given = typeof signature === 'string' ? signature : undefined;
  const verdict = secret && {
    printed: isSignedBy(secret, Buffer.from(JSON.stringify(payload)), given),
    sent: isSignedBy(secret, Buffer.from(rawMember(text, 'payload') ?? ''), given),
  };
  return frameOf({ type, payload, isBinary: false, raw, ...(verdict ? { signature: verdict } : {}) });
}

function decodeBinary(bytes: Uint8Array, secret: string | undefined): WireFrame | undefined {
  const envelope = decodeEnvelope(bytes);
  const payload = envelope && decodePayload(envelope.payload);
  if (envelope === undefined || payload === undefined) return undefined;
  const isGood = secret !== undefined && isSignedBy(secret, envelope.payload, envelope.signature);
  const verdict = secret === undefined ? {} : { signature: { printed: isGood, sent: isGood } };
  return frameOf({ type: envelope.type, payload, isBinary: true, raw: '', ...verdict });
}

function frameOf(frame: Omit<WireFrame, 'message'>): WireFrame {
  const message = messageFrom(frame.payload);
  return message === undefined ? frame : { ...frame, message };
}

/** As Go prints it, but for the order of the fields: that is the other way round, so that no reader can rely on one. */
function goText(payload: JsonObject): string {
  const reversed = Object.fromEntries(Object.entries(payload).reverse());
  return JSON.stringify(reversed, null, 1).replace(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);
}
