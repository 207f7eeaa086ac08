import type { Entry } from '../../src/gossip/ports/store.js';

/** An entry created at `createdMs`, its other parts as given or plausible. Its bytes are its own. */
export function entry(createdMs: number, parts: Partial<Entry> & { readonly text?: string } = {}): Entry {
  const ttlSeconds = parts.ttlSeconds ?? 600;
  return {
    key: parts.key ?? 'k',
    bytes: parts.bytes ?? Uint8Array.from(Buffer.from(parts.text ?? 'value')),
    createdMs,
    ttlSeconds,
    expiresAtMs: parts.expiresAtMs ?? createdMs + ttlSeconds * 1000,
    version: parts.version ?? { ms: createdMs, logical: 0, origin: 'n' },
  };
}
