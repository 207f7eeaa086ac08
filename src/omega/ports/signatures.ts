/** Ed25519 (RFC 8032), strict: one signature has one encoding, and keys of small order sign nothing. */
export interface Signatures {
  /** Never throws: whatever the bytes are, they verify or do not. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean;
  /** `seed` has 32 bytes; the signature has 64. */
  sign(message: Uint8Array, seed: Uint8Array): Uint8Array;
  /** The 32 bytes of the public key that belongs to a seed of 32. */
  publicKeyOf(seed: Uint8Array): Uint8Array;
  /** Whether 32 bytes are the one encoding of a point that can be the key of somebody. */
  isPublicKey(bytes: Uint8Array): boolean;
}
