/** How often and how long the failure detector looks, waits and tells. Times are in milliseconds. */
export interface DetectorTiming {
  /**
   * Time between two probes in the round (SWIM's protocol period). Shorter finds the dead sooner and costs every node
   * one request each way per period.
   */
  readonly periodMs: number;
  /**
   * How long a member has to answer before others are asked to try (at most half a period leaves them as long). Choose
   * it above the 99th percentile of the round trip.
   */
  readonly timeoutMs: number;
  /** Time between two rounds of telling news, while there is any. */
  readonly gossipIntervalMs: number;
  /** Members told in each round: news reaches n nodes after about log(n) / log(fan-out + 1) rounds. */
  readonly gossipFanOut: number;
  /** Members asked to try, too, where one does not answer (SWIM's k). */
  readonly indirectProbes: number;
  /**
   * Periods without a sign of life that evict a silent member whom enough others find silent, too. Bounds detection from
   * above: a silent member is gone after this many periods, however many nodes there are.
   */
  readonly silencePeriods: number;
  /** The same where nobody confirms it (see `silenceMs`). */
  readonly maxSilencePeriods: number;
  /** News is told ceil(this * log10(n + 1)) times by each node that hears it. */
  readonly retransmitMultiplier: number;
}

export const PROFILE_NAMES = ['lan', 'wan', 'local'] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/**
 * Presets.
 *
 * - `lan`: round trips of a few milliseconds. Killed: evicted in 1 to 4 s. Silent: within 10 s.
 * - `wan`: round trips up to a second. Killed: evicted in 3 to 12 s. Silent: within 30 s.
 * - `local`: one machine, or tests. Killed: evicted in about a second. Silent: within 4 s.
 */
export const PROFILES: Readonly<Record<ProfileName, DetectorTiming>> = {
  lan: {
    periodMs: 1000,
    timeoutMs: 500,
    gossipIntervalMs: 200,
    gossipFanOut: 3,
    indirectProbes: 3,
    silencePeriods: 9,
    maxSilencePeriods: 27,
    retransmitMultiplier: 4,
  },
  wan: {
    periodMs: 3000,
    timeoutMs: 1500,
    gossipIntervalMs: 500,
    gossipFanOut: 4,
    indirectProbes: 3,
    silencePeriods: 9,
    maxSilencePeriods: 36,
    retransmitMultiplier: 4,
  },
  local: {
    periodMs: 500,
    timeoutMs: 250,
    gossipIntervalMs: 100,
    gossipFanOut: 3,
    indirectProbes: 1,
    silencePeriods: 7,
    maxSilencePeriods: 14,
    retransmitMultiplier: 3,
  },
};

/**
 * A preset with another period and timeout. News is told five times a period at least, as in the presets.
 */
export function tuned(preset: DetectorTiming, periodMs: number, timeoutMs: number): DetectorTiming {
  return { ...preset, periodMs, timeoutMs, gossipIntervalMs: Math.min(preset.gossipIntervalMs, periodMs / 5) };
}

/** Independent confirmations after which a suspicion has its shortest time (Lifeguard's K). */
const MAX_CONFIRMATIONS = 3;

/** Strikes in a row that evict where a node does not doubt itself: SWIM without suspicion, for comparison. */
export const STRIKES_WITHOUT_HEALTH = 3;

/** How many confirmations a suspicion waits for, where `able` other members could give one. */
export function expectedConfirmations(able: number): number {
  return Math.min(MAX_CONFIRMATIONS, able);
}

/**
 * How long a member may be silent, in milliseconds, when `confirmations` of `expected` other members find it silent, too:
 * max - (max - min) * log(c + 1) / log(k + 1) (Dadgar, Phillips and Currey, "Lifeguard", DSN-W 2018, section IV-B). Where
 * nobody could confirm, it is the shortest.
 */
export function silenceMs(timing: DetectorTiming, confirmations: number, expected: number): number {
  const minMs = timing.silencePeriods * timing.periodMs;
  const maxMs = timing.maxSilencePeriods * timing.periodMs;
  if (confirmations >= expected) return minMs;
  return maxMs - ((maxMs - minMs) * Math.log(confirmations + 1)) / Math.log(expected + 1);
}

/**
 * The chance with which a member that merely heard of a suspicion probes the suspect itself in this period: about twice
 * as many as are needed do, however many there are, so that a slow member is not stormed.
 */
export function volunteerChance(live: number): number {
  return Math.min(1, (2 * MAX_CONFIRMATIONS) / Math.max(1, live));
}
