/** What others have published of their failure detectors, with the configuration that they come with. */

const SECOND_MS = 1000;

/**
 * Probe interval of memberlist's `DefaultLANConfig`, and the protocol period that SWIM's formula is taken at, in
 * milliseconds.
 */
export const PERIOD_MS = SECOND_MS;

/**
 * Expected time until some member first finds a failed one not answering: e/(e-1) protocol periods, whatever the size.
 * A. Das, I. Gupta, A. Motivala: SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol,
 * DSN 2002. It spreads in O(log n) periods, and a suspicion before the eviction comes on top.
 */
export const SWIM_FIRST_DETECTION_MS: number = (PERIOD_MS * Math.E) / (Math.E - 1);

/** `SuspicionMult` and `SuspicionMaxTimeoutMult` of memberlist's `DefaultLANConfig` (hashicorp/memberlist, config.go). */
const SUSPICION_MULT = 4;
const SUSPICION_MAX_MULT = 6;

/**
 * How long memberlist suspects a member before it is declared dead, in milliseconds: from what enough confirmations
 * shorten it to, up to what it is without any (hashicorp/memberlist, `suspicionTimeout` of util.go).
 */
export function memberlistSuspicionMs(nodes: number): { readonly least: number; readonly most: number } {
  const least = SUSPICION_MULT * Math.max(1, Math.log10(Math.max(1, nodes))) * PERIOD_MS;
  return { least, most: SUSPICION_MAX_MULT * least };
}

/** Expected time from the end of a member until memberlist's first eviction: found out, then suspected. */
export function memberlistEvictionMs(nodes: number): { readonly least: number; readonly most: number } {
  const { least, most } = memberlistSuspicionMs(nodes);
  return { least: SWIM_FIRST_DETECTION_MS + least, most: SWIM_FIRST_DETECTION_MS + most };
}

/**
 * A killed member gone from the survivors' lists, in milliseconds: serf, which is memberlist with its LAN
 * configuration, measured by this project on one machine with 2 cores, with 3 and with 10 nodes.
 */
export const SERF_MEASURED_MS: Readonly<Record<number, readonly [number, number]>> = {
  3: [5800, 8000],
  10: [5800, 8000],
};

/**
 * Bytes a second and node of memberlist at 1000 nodes: L. Suresh et al.: Stable and Consistent Membership at Scale with
 * Rapid, USENIX ATC 2018.
 */
export const MEMBERLIST_IDLE_BYTES = 600;
