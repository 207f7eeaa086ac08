import { encodeBase64 } from '../../gossip/wire/base64.js';
import { encodeMessage } from '../../gossip/wire/encode.js';
import { parseJsonText } from '../../gossip/wire/json.js';
import { MAX_MESSAGE_VALUES } from '../../gossip/wire/limits.js';
import { textOf } from '../../gossip/wire/utf8.js';
import type { Frame } from '../frame.js';
import type { Signer } from '../ports/signer.js';
import { type FrameCodec, type FrameResult, MAX_FRAME_BYTES } from './codec.js';
import { memberText } from './member-text.js';
import { faultOf, frameOf, maxValuesOf, payloadFields } from './payload.js';

/** Frames as in the field: `{"type":…,"payload":…,"signature":…}`, the signature over the text of the payload. */
export class JsonCodec implements FrameCodec {
  readonly #signer: Signer;
  /** What was encoded. Bounded by the frames that somebody else keeps. */
  readonly #encoded = new WeakMap<Frame, string>();

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  encode(frame: Frame): string {
    const known = this.#encoded.get(frame);
    if (known !== undefined) return known;
    const payload = payloadBytes(frame);
    const signature = this.#signer.sign(payload);
    const tail = signature === undefined ? '}' : `,"signature":"${signature}"}`;
    const text = `{"type":"${frame.type}","payload":${payload.toString()}${tail}`;
    this.#encoded.set(frame, text);
    return text;
  }

  decode(data: string | Uint8Array): FrameResult {
    if (Buffer.byteLength(data) > MAX_FRAME_BYTES) return faultOf('malformed');
    const text = typeof data === 'string' ? data : textOf(data);
    const frame = text === undefined ? undefined : parseJsonText(text, maxValuesIn(text));
    if (text === undefined || frame === undefined) return faultOf('malformed');
    const { type, payload, signature } = frame;
    if (this.#signer.areRequired && !this.#isSigned(text, payload, signature)) return faultOf('unsigned');
    return frameOf(type, payload);
  }

  /**
   * Go nodes sign the payload's bytes as they send them, TypeScript nodes its text as `JSON.stringify` prints it, which
   * for what they send is the same. A proxy that prints the frame anew leaves only the second.
   */
  #isSigned(text: string, payload: unknown, signature: unknown): boolean {
    if (typeof signature !== 'string') return false;
    const sent = memberText(text, 'payload');
    if (sent === undefined) return false;
    if (this.#signer.verify(Buffer.from(sent), signature) === 'ok') return true;
    const printed = printedAnew(payload);
    return printed !== undefined && printed !== sent && this.#signer.verify(Buffer.from(printed), signature) === 'ok';
  }
}

function payloadBytes(frame: Frame): Buffer {
  if ('message' in frame) {
    const bytes = encodeMessage(frame.message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  const fields = payloadFields(frame);
  const body = fields['body'];
  const json = body instanceof Uint8Array ? { ...fields, body: encodeBase64(body) } : fields;
  return Buffer.from(JSON.stringify(json));
}

function maxValuesIn(text: string): number {
  // Shorter text cannot hold more.
  if (text.length <= MAX_MESSAGE_VALUES) return MAX_MESSAGE_VALUES;
  return maxValuesOf(memberText(text, 'type')?.slice(1, -1));
}

/** `undefined` where the payload is nested too deeply to be printed. */
function printedAnew(payload: unknown): string | undefined {
  try {
    return JSON.stringify(payload);
  } catch {
    return undefined;
  }
}
