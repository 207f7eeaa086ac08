import { decodeBase64, encodeBase64 } from '../gossip/wire/base64.js';
import type { Signatures } from './ports/signatures.js';

/** Bytes of a public key, and of the seed that is the secret half. */
export const KEY_BYTES = 32;

/** Most public keys that are trusted at a time: each costs every bad list another verification. */
export const MAX_TRUSTED_KEYS = 8;

/** A pair of keys. The seed is the secret. */
export interface KeyPair {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Why a text is no private key. */
export type PrivateKeyFault = 'ENCODING' | 'MISMATCH';

/** Reads a public key: base64 of 32 bytes that are a key. `undefined` where it is none. */
export function parsePublicKey(text: string, signatures: Pick<Signatures, 'isPublicKey'>): Uint8Array | undefined {
  const bytes = decodeBase64(text, KEY_BYTES);
  return bytes?.length === KEY_BYTES && signatures.isPublicKey(bytes) ? bytes : undefined;
}

/** The base64 text of a public key: how it is configured, shown and compared. */
export function formatPublicKey(publicKey: Uint8Array): string {
  return encodeBase64(publicKey);
}

/**
 * Reads what a private key file holds: base64 of seed and public key (64 bytes), or of the seed alone (32). White space
 * around it is an editor's. A public half that is not that of the seed means that the file is damaged.
 */
export function parsePrivateKey(
  text: string,
  signatures: Pick<Signatures, 'publicKeyOf'>,
): { readonly ok: true; readonly keys: KeyPair } | { readonly ok: false; readonly fault: PrivateKeyFault } {
  const bytes = decodeBase64(text.trim(), 2 * KEY_BYTES);
  if (bytes?.length !== KEY_BYTES && bytes?.length !== 2 * KEY_BYTES) return { ok: false, fault: 'ENCODING' };
  const seed = bytes.subarray(0, KEY_BYTES);
  const publicKey = signatures.publicKeyOf(seed);
  const claimed = bytes.subarray(KEY_BYTES);
  if (claimed.length > 0 && Buffer.compare(claimed, publicKey) !== 0) return { ok: false, fault: 'MISMATCH' };
  return { ok: true, keys: { seed, publicKey } };
}

/** What a private key file holds: seed and public key, and a newline. */
export function formatPrivateKey({ seed, publicKey }: KeyPair): string {
  return `${encodeBase64(Buffer.concat([seed, publicKey]))}\n`;
}
