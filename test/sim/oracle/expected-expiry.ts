import type { Entry } from '../../../src/gossip/ports/store.js';
import type { SimNode } from '../world/node.js';
import type { WriteOperation } from '../world/operation.js';

/** How far clocks may be off each other, in milliseconds. */
const MAX_SKEW_MS = 60_000;

/**
 * When an entry that `node` stores now ends, by its own wall clock: version time plus TTL, clamped by the node that
 * took the write and by this one. A write of the old protocol ends its TTL after it arrived at whichever replica it came
 * by, whose clock may be off; of its TTL only the message tells. Of bytes that no client wrote nothing can be derived.
 */
export function derivedExpiryMs(node: SimNode, entry: Entry, write: WriteOperation | undefined): number {
  if (write === undefined) return entry.expiresAtMs;
  const origin = write.host;
  if (!isNode(origin)) {
    const latestMs = node.clock.nowMs() + MAX_SKEW_MS + clamped(entry.ttlSeconds, node) * 1000;
    return Math.min(latestMs, entry.expiresAtMs);
  }
  return entry.version.ms + clamped(clamped(write.ttlSeconds, origin), node) * 1000;
}

function clamped(ttlSeconds: number, { config }: SimNode): number {
  return Math.min(config.maxTtlSeconds, Math.max(config.minTtlSeconds, ttlSeconds));
}

function isNode(host: WriteOperation['host']): host is SimNode {
  return host.kind === 'ours';
}
