import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'x-repram-signature';

/** Hex HMAC-SHA256 over the raw body, the secret taken as UTF-8 bytes. */
export function sign(secret: string, body: Uint8Array | string): string {
  return createHmac('sha256', Buffer.from(secret, 'utf8')).update(body).digest('hex');
}

export function isSignedBy(secret: string, body: Uint8Array, signature: string | undefined): boolean {
  const expected = Buffer.from(sign(secret, body));
  const given = Buffer.from(signature ?? '');
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The header a sender adds: none where there is no secret. */
export function signatureHeaders(secret: string | undefined, body: Uint8Array | string): Record<string, string> {
  return secret === undefined ? {} : { [SIGNATURE_HEADER]: sign(secret, body) };
}
