import { createHash } from 'node:crypto';
import { getPublicKey, hashes, Point, sign, verify } from '@noble/ed25519';
import type { Signatures } from '../../omega/ports/signatures.js';

hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());

const STRICT = { zip215: false } as const;

/** Ed25519 with strict verification: no key of small order, no second encoding of a point or a scalar. */
export const ed25519: Signatures = {
  verify(signature, message, publicKey) {
    try {
      return verify(signature, message, publicKey, STRICT);
    } catch {
      return false;
    }
  },
  sign: (message, seed) => sign(message, seed),
  publicKeyOf: (seed) => getPublicKey(seed),
  isPublicKey(bytes) {
    try {
      return !Point.fromBytes(bytes, false).isSmallOrder();
    } catch {
      return false;
    }
  },
};
