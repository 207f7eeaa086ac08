import type { Clock } from '../../src/gossip/ports/clock.js';
import { systemClock } from '../../src/node/runtime/system-clock.js';
import { AgeBound } from '../../src/node/wire/age-bound.js';
import { ClusterKeys } from '../../src/node/wire/cluster-keys.js';
import { ReadableMetrics, RecordingLog } from './ports.js';

export interface GuardPorts {
  readonly clock?: Clock;
  readonly log?: RecordingLog;
  readonly metrics?: ReadableMetrics;
  /** 0, unless given: no message is too old. */
  readonly maxAgeMs?: number;
}

/** What keeps strangers and replays away, for desks and transports under test: by the secrets, if any. */
export function peerGuards(
  secrets: readonly string[] = [],
  { clock = systemClock, log = new RecordingLog(), metrics = new ReadableMetrics(), maxAgeMs = 0 }: GuardPorts = {},
): { readonly keys: ClusterKeys; readonly ageBound: AgeBound; readonly isMember: () => boolean } {
  const ageBound = new AgeBound({ clock, log, metrics }, { maxAgeMs });
  return { keys: new ClusterKeys({ metrics }, secrets), ageBound, isMember: () => true };
}
