const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * An unsigned hash of 32 bits over the UTF-8 of a text: FNV-1a (Fowler, Noll and Vo, RFC 9923), and the finalizer of
 * MurmurHash3 (Appleby), which spreads what differs in the last bytes alone over all bits. Part of the protocol: every
 * node has to come to the same. No protection against whoever means to have two texts collide.
 */
export function hashOfText(text: string): number {
  let hash = OFFSET_BASIS;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, PRIME);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
