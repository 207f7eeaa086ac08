/**
 * Decodes standard base64 with padding (RFC 4648 section 4) into bytes that share memory with nothing else. `undefined`
 * where `text` is anything but the one canonical encoding of at most `maxBytes` bytes: other alphabets, white space,
 * wrong padding and stray bits at the end are refused.
 */
export function decodeBase64(text: string, maxBytes: number): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const byteLength = (text.length / 4) * 3 - paddingOf(text);
  if (byteLength > maxBytes) return undefined;
  const bytes = Buffer.allocUnsafeSlow(byteLength);
  const written = bytes.write(text, 'base64');
  // The platform's decoder is lenient; that the encoding comes back the same is what makes the text canonical.
  return written === byteLength && bytes.toString('base64') === text ? bytes : undefined;
}

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function paddingOf(text: string): number {
  if (!text.endsWith('=')) return 0;
  return text.endsWith('==') ? 2 : 1;
}
