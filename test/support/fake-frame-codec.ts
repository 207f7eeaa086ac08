import type { DecodedFrame, Frame } from '../../src/tree/frame.js';
import type { FrameCodec, FrameResult } from '../../src/tree/wire/codec.js';

/** Frames as JSON, bytes within them as base64. `?` is no frame, `!` one that is wrongly signed. */
export const fakeFrameCodec: FrameCodec = {
  encode: (frame) => encodeFrame(frame),
  decode: (data) => decode(data),
};

export function encodeFrame(frame: Frame): string {
  return JSON.stringify(frame, function (this: Readonly<Record<string, unknown>>, name, value: unknown) {
    // Not `value`: a Buffer turns itself into something else before it comes here.
    const raw = this[name];
    return raw instanceof Uint8Array ? { base64: Buffer.from(raw).toString('base64') } : value;
  });
}

export function decodeFrame(data: string | Uint8Array): DecodedFrame {
  return JSON.parse(data.toString(), (_name, value: unknown) =>
    isBytes(value) ? Uint8Array.from(Buffer.from(value.base64, 'base64')) : value,
  ) as DecodedFrame;
}

function decode(data: string | Uint8Array): FrameResult {
  if (data === '?') return { ok: false, fault: 'malformed' };
  if (data === '!') return { ok: false, fault: 'unsigned' };
  return { ok: true, frame: decodeFrame(data) };
}

function isBytes(value: unknown): value is { readonly base64: string } {
  return typeof value === 'object' && value !== null && typeof (value as { base64?: unknown }).base64 === 'string';
}
