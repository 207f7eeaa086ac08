import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The header that carries a body's signature, as node:http spells it in requests received. */
export const SIGNATURE_HEADER = 'x-repram-signature';

export type SignatureCheck = 'ok' | 'missing' | 'invalid';

const SIGNATURE = /^[\da-f]{64}$/i;

/** HMAC-SHA256 over the body exactly as it is sent, in hexadecimal. A secret that is text is used as UTF-8. */
export function signBody(secret: string | KeyObject, body: Uint8Array): string {
  return digest(secret, body).toString('hex');
}

/**
 * Checks a signature header against the body exactly as it was received, in time that does not depend on the outcome.
 */
export function verifyBody(secret: string | KeyObject, body: Uint8Array, header: string | undefined): SignatureCheck {
  if (header === undefined || header === '') return 'missing';
  if (!SIGNATURE.test(header)) return 'invalid';
  return timingSafeEqual(digest(secret, body), Buffer.from(header, 'hex')) ? 'ok' : 'invalid';
}

function digest(secret: string | KeyObject, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}
