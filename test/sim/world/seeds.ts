/** A seed for one purpose within a run of another seed: FNV-1a (RFC 9923) over both, 32 bits. */
export function forkSeed(seed: number, purpose: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(`${seed} ${purpose}`)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
