import { createHmac } from 'node:crypto';

const HEADER = 'x-repram-signature';

/** The header that signs a body: the HMAC-SHA256 of its bytes in hexadecimal, the secret taken as UTF-8. */
export function signatureHeader(secret: string, body: Uint8Array): Readonly<Record<string, string>> {
  return { [HEADER]: createHmac('sha256', secret).update(body).digest('hex') };
}

/** Why a request is refused; `undefined` where its signature is right. */
export function signatureFault(
  secret: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const given = Object.entries(headers).find(([name]) => name.toLowerCase() === HEADER)?.[1];
  if (!given) return 'Missing signature';
  return given === signatureHeader(secret, body)[HEADER] ? undefined : 'Invalid signature';
}
