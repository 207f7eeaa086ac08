/** Bounds on what a peer may send. Every one is enforced by the decoder; `docs/limits.md` explains each. */

/** Largest value, in bytes, on every way in. */
export const MAX_VALUE_BYTES: number = 10 * 1024 * 1024;

/** Longest key, in bytes of UTF-8. */
export const MAX_KEY_BYTES = 1024;

/** Longest node id and enclave name, in bytes of UTF-8. */
export const MAX_ID_BYTES = 256;

/** Longest instance name, in bytes of UTF-8: random per process start, only ever ours. */
export const MAX_INSTANCE_BYTES = 64;

/** Longest message id, in bytes of UTF-8. Nodes in the field put the key into it, so it outgrows the longest key. */
export const MAX_MESSAGE_ID_BYTES = 2048;

/**
 * Largest gossip message, in bytes: the largest value as base64, four bytes for three (RFC 4648 section 4), and room
 * for the longest key and ids, each of whose bytes JSON may escape sixfold.
 */
export const MAX_MESSAGE_BYTES: number =
  Math.ceil(MAX_VALUE_BYTES / 3) * 4 + 6 * (MAX_KEY_BYTES + MAX_MESSAGE_ID_BYTES + 4 * MAX_ID_BYTES) + 16 * 1024;

/**
 * Most JSON values in a gossip message or a bootstrap request, counted as `countsAtMost` in json.ts counts them. A
 * message has about twenty, and eleven for each piece of news; the rest is room for every byte of its texts to look
 * like the start of one.
 */
export const MAX_MESSAGE_VALUES = 8192;

/** Largest bootstrap request, in bytes. */
export const MAX_BOOTSTRAP_REQUEST_BYTES: number = 16 * 1024;

/** Largest bootstrap answer, in bytes, and the most peers taken from one. */
export const MAX_BOOTSTRAP_ANSWER_BYTES: number = 4 * 1024 * 1024;
export const MAX_BOOTSTRAP_PEERS = 10_000;

/** Most JSON values in a bootstrap answer: sixteen a peer, where eight are in use. */
export const MAX_BOOTSTRAP_ANSWER_VALUES: number = 16 * MAX_BOOTSTRAP_PEERS;

/** Largest timestamp, in Unix seconds: the last second of the year 9999. */
export const MAX_TIMESTAMP_S = 253_402_300_799;

/** The last millisecond of the year 9999. */
export const MAX_TIMESTAMP_MS: number = MAX_TIMESTAMP_S * 1000 + 999;

/** Most news items read from a message. */
export const MAX_NEWS_ITEMS = 64;

/** No item that can be read takes more, in bytes. */
export const MAX_NEWS_BYTES = 2048;

/** Most nodes that a member says may attach to it. */
export const MAX_ROOM = 1_000_000;

/** Longest time a member is given to answer a probe, or may be asked to give another, in milliseconds. */
export const MAX_PROBE_TIMEOUT_MS = 5000;

/** Largest TTL a message may name, in seconds, before it is clamped: what a signed 32-bit integer holds. */
export const MAX_WIRE_TTL_S = 2_147_483_647;

/** Largest question or answer of the replica channel, in bytes: room for a batch that the largest value ends. */
export const MAX_REPLICA_BYTES: number = 16 * 1024 * 1024;

/** Longest cursor, in bytes of UTF-8: it may name a key, and more. */
export const MAX_CURSOR_BYTES: number = 2 * MAX_KEY_BYTES;

/** Most entries, keys or leaves in a question or answer of the replica channel. */
export const MAX_REPLICA_ITEMS = 16_384;

/** Most CBOR values in one: an entry takes fifteen. */
export const MAX_REPLICA_VALUES: number = 16 * MAX_REPLICA_ITEMS;
