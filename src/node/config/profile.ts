import { PROFILES } from '../../gossip/membership/timing.js';
import type { Origin } from './node-config.js';
import type { Settings } from './option.js';

type ProbeField = 'pingIntervalMs' | 'pingTimeoutMs';

/** A value that follows from another option. */
interface Derived {
  readonly value: number;
  readonly origin: Origin;
}

/**
 * What the profile makes of the probes where they are not set one by one. A ping interval that is set below the
 * profile's timeout takes the timeout with it.
 */
export function profileDefaults(
  { profile, pingIntervalMs }: Pick<Settings, 'profile' | 'pingIntervalMs'>,
  isGiven: (field: ProbeField) => boolean,
): Readonly<Partial<Record<ProbeField, Derived>>> {
  const { periodMs, timeoutMs } = PROFILES[profile];
  const origin: Origin = { kind: 'derived', name: `profile ${profile}` };
  const interval = { value: periodMs, origin };
  const isShorter = isGiven('pingIntervalMs') && pingIntervalMs < timeoutMs;
  const timeout: Derived = isShorter
    ? { value: pingIntervalMs / 2, origin: { kind: 'derived', name: 'half of ping-interval' } }
    : { value: timeoutMs, origin };
  return {
    ...(!isGiven('pingIntervalMs') && { pingIntervalMs: interval }),
    ...(!isGiven('pingTimeoutMs') && { pingTimeoutMs: timeout }),
  };
}
