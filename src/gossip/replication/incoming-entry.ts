import type { Clock } from '../ports/clock.js';
import type { Entry, Store } from '../ports/store.js';
import { compareVersions, readingAfter, type Version } from '../version.js';
import type { PutMessage } from '../wire/message.js';
import { versionOf } from '../wire/message-id.js';
import { clampTtl, type TtlRange } from './ttl.js';

interface IncomingPorts {
  readonly clock: Clock;
  readonly store: Store;
}

/**
 * The entry that a write of another node makes. A node of this implementation says when its write was made, and every
 * copy expires at the same moment. Older nodes say it in whole seconds of a clock that nothing keeps right, and count the
 * TTL from arrival: so do their writes here.
 */
export function incomingEntry(ports: IncomingPorts, ttl: TtlRange, message: PutMessage): Entry {
  const stamped = versionOf(message);
  const version = stamped.exact ? stamped.version : afterHeld(ports.store, message, stamped.version);
  const ttlSeconds = clampTtl(message.ttlSeconds, ttl);
  const createdMs = stamped.exact ? version.ms : ports.clock.nowMs();
  const expiresAtMs = createdMs + ttlSeconds * 1000;
  return { key: message.key, bytes: message.data, createdMs, ttlSeconds, expiresAtMs, version };
}

/**
 * An older node knows no versions and keeps what comes last. Its write is newer than one of the same second, whatever
 * the finer time says: whoever overwrites a value through an older node must read back the new one.
 */
function afterHeld(store: Store, message: PutMessage, derived: Version): Version {
  const held = store.get(message.key)?.version;
  if (held === undefined || compareVersions(derived, held) > 0) return derived;
  if (Math.floor(held.ms / 1000) > message.timestampS) return derived;
  return { ...readingAfter(held), origin: derived.origin };
}
