import { decodeCbor, encodeCbor } from '../../gossip/wire/cbor.js';
import { isJsonObject, type JsonObject } from '../../gossip/wire/json.js';
import type { Frame } from '../frame.js';
import type { Signer } from '../ports/signer.js';
import { cborFields, textFields } from './cbor-fields.js';
import { type FrameCodec, type FrameResult, MAX_FRAME_BYTES } from './codec.js';
import { faultOf, frameOf, maxValuesOf, payloadFields } from './payload.js';

const SIGNATURE_BYTES = 32;

/** A frame is a map of three, whose names count; the rest is room for what later versions add. */
const FRAME_BOUNDS = { maxBytes: MAX_FRAME_BYTES, maxValues: 32 };

/** Frames of two nodes of this implementation: `{ t, p, s? }`, `s` the HMAC over the bytes of `p`. */
export class CborCodec implements FrameCodec {
  readonly #signer: Signer;
  /** What was encoded. Bounded by the frames that somebody else keeps. */
  readonly #encoded = new WeakMap<Frame, Uint8Array>();

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  encode(frame: Frame): Uint8Array {
    const known = this.#encoded.get(frame);
    if (known !== undefined) return known;
    const p = encodeCbor(cborFields(payloadFields(frame)));
    const signature = this.#signer.sign(p);
    const bytes = encodeCbor({
      t: frame.type,
      p,
      ...(signature !== undefined && { s: Buffer.from(signature, 'hex') }),
    });
    this.#encoded.set(frame, bytes);
    return bytes;
  }

  decode(data: string | Uint8Array): FrameResult {
    const frame = typeof data === 'string' ? undefined : decodeCbor(data, FRAME_BOUNDS);
    if (!isJsonObject(frame)) return faultOf('malformed');
    const { t: type, p: payload, s: signature } = frame;
    if (!(payload instanceof Uint8Array)) return faultOf('malformed');
    if (this.#signer.areRequired && !this.#isSigned(payload, signature)) return faultOf('unsigned');
    return frameOf(type, payloadOf(type, payload));
  }

  #isSigned(payload: Uint8Array, signature: unknown): boolean {
    if (!(signature instanceof Uint8Array) || signature.byteLength !== SIGNATURE_BYTES) return false;
    return this.#signer.verify(payload, Buffer.from(signature).toString('hex')) === 'ok';
  }
}

function payloadOf(type: unknown, bytes: Uint8Array): JsonObject | undefined {
  const payload = decodeCbor(bytes, { maxBytes: MAX_FRAME_BYTES, maxValues: maxValuesOf(type) });
  return isJsonObject(payload) && !(payload instanceof Uint8Array) ? textFields(payload) : undefined;
}
