/** Bounds of the node, written out: a check must not inherit an error of what it judges. */

/** Most messages that wait to be sent to one member again. */
export const MAX_WAITING = 1024;
