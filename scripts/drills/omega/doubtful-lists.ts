import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListKey } from '../../live-wire-compat/wire/root-list.js';
import { signedText } from '../../live-wire-compat/wire/root-list.js';

const EXPIRED_FOR_S = 3600;

/** Puts a list into a cache directory that was signed properly, and expired an hour ago. */
export async function cacheExpiredList(directory: string, key: ListKey, nodes: readonly string[]): Promise<void> {
  const expires = Math.floor(Date.now() / 1000) - EXPIRED_FOR_S;
  const content = { version: 'omega-v1', expires, nodes };
  const signature = key.signature(signedText(content));
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'root-list.json'), JSON.stringify({ ...content, signature }), { mode: 0o600 });
}

/** A line, once with each of these bits turned: bytes, one line each. A line break would make two of one: it is left out. */
export function turned(line: string, bits: readonly number[]): Buffer {
  const lines = bits.map((bit) => {
    const bytes = Buffer.from(line);
    const at = Math.floor(bit / 8) % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit % 8));
    return bytes.includes('\n') || bytes.includes('\r') ? Buffer.alloc(0) : Buffer.concat([bytes, Buffer.from('\n')]);
  });
  return Buffer.concat(lines);
}
