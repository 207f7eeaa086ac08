const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text that travels as bytes, a byte order mark kept; `undefined` where it is not well-formed UTF-8. */
export function textOf(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return UTF8.decode(value);
  } catch {
    return undefined;
  }
}
