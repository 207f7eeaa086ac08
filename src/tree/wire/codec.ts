import type { DecodedFrame, Frame } from '../frame.js';

/** Largest frame, in bytes: the largest write as JSON, and the largest answer about replicas. */
export const MAX_FRAME_BYTES: number = 24 * 1024 * 1024;

/**
 * - `malformed`: no frame, or one whose payload is wrong.
 * - `unsigned`: the cluster has a secret, and the signature is missing or wrong.
 */
export type FrameFault = 'malformed' | 'unsigned';

export type FrameResult =
  | { readonly ok: true; readonly frame: DecodedFrame }
  | { readonly ok: false; readonly fault: FrameFault };

/** Turns frames into what travels, and back. Signs and verifies where the cluster has a secret. */
export interface FrameCodec {
  /** A frame that goes to many is encoded once: the same object gives the same data for as long as it lives. */
  encode(frame: Frame): string | Uint8Array;
  /** Total: any data gives a result, nothing throws. */
  decode(data: string | Uint8Array): FrameResult;
}
