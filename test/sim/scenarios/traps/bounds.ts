/** Bounds of the node, written out: a check must not inherit an error of what it judges. */

/** Most messages that wait to be sent to one member again. */
export const MAX_WAITING = 1024;

/** Most requests queued or under way to one peer. */
export const MAX_QUEUED = 4096;

/** Most bytes of them. */
export const MAX_QUEUED_BYTES: number = 64 * 1024 * 1024;

/** Most writes that wait for their quorum at one node. */
export const MAX_PENDING = 10_000;
