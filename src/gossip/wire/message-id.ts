import { MAX_LOGICAL, type Version } from '../version.js';
import { isName } from './fields.js';
import { MAX_TIMESTAMP_S } from './limits.js';

const OURS = /^hlc\.(0|[1-9]\d{0,14})\.(0|[1-9]\d{0,9})\.[\da-f]{1,64}\.(.+)$/s;
const GO = /-(\d{13})(\d{6})$/;
const TYPESCRIPT = /-(\d{13})-\d{19}-(\d{1,10})$/;
const MAX_VERSION_MS = MAX_TIMESTAMP_S * 1000 + 999;

/** The fields of a write that say when and where it entered the cluster. */
export interface Stamp {
  readonly from: string;
  readonly timestampS: number;
  readonly messageId: string;
}

/**
 * `exact` where the writer said its version; else it was derived, and may differ from what the writer would have said.
 */
export interface StampedVersion {
  readonly version: Version;
  readonly exact: boolean;
}

/**
 * The message id of a write of ours: `hlc.<ms>.<logical>.<instance>.<origin>`, numbers in decimal. It carries the
 * version, so that the version survives a relay by an older node, which drops every field it does not know. `instance`
 * is the hexadecimal name of this process start: a node whose clock was set back does not repeat an id of its former
 * self.
 */
export function formatMessageId(version: Version, instance: string): string {
  // Joined: V8 keeps a template literal as a chain of its parts, 230 bytes for as long as the id is remembered.
  return ['hlc', version.ms, version.logical, instance, version.origin].join('.');
}

/**
 * The version of a write, from its stamp. Every replica derives the same one, since relays keep message id and
 * timestamp.
 *
 * - Our own form names it, origin included: a substrate in the field puts its own id into `from` when it relays. The id
 *   is believed only within a second of the timestamp: older nodes put the key in front of their message ids, and a
 *   client may choose a key that looks like an id of ours.
 * - Older nodes stamp whole seconds. Their ids end in the time of the write as well (Go: `-<ns>`; TypeScript:
 *   `-<ms>-<ns>-<counter>`), which is taken where it lies in the second of the timestamp, with the rest of the
 *   nanoseconds or the counter as the logical part: so writes of one sender keep their order.
 * - Otherwise it is the last millisecond of that second. An older node's write must beat one of ours that it saw and
 *   that was made earlier in that second, else the client who overwrites through the older node reads the old value
 *   back.
 */
export function versionOf(stamp: Stamp): StampedVersion {
  const exact = exactVersion(stamp);
  if (exact !== undefined) return { version: exact, exact: true };
  const [ms, logical] = refinedTime(stamp) ?? [stamp.timestampS * 1000 + 999, 0];
  return { version: { ms, logical, origin: stamp.from }, exact: false };
}

function exactVersion(stamp: Stamp): Version | undefined {
  const match = OURS.exec(stamp.messageId);
  if (match === null) return undefined;
  const ms = Number(match[1]);
  const logical = Number(match[2]);
  const origin = match[3];
  if (ms > MAX_VERSION_MS || logical > MAX_LOGICAL || !isName(origin)) return undefined;
  if (Math.abs(Math.floor(ms / 1000) - stamp.timestampS) > 1) return undefined;
  return { ms, logical, origin: origin === stamp.from ? stamp.from : detached(origin) };
}

/**
 * Milliseconds and logical part from the message ids of older nodes; `undefined` where they do not fit the timestamp.
 */
function refinedTime(stamp: Stamp): readonly [ms: number, logical: number] | undefined {
  const match = TYPESCRIPT.exec(stamp.messageId) ?? GO.exec(stamp.messageId);
  if (match === null) return undefined;
  // Nanoseconds since the epoch exceed 2^53: they are cut as text and never become one number.
  const ms = Number(match[1]);
  const logical = Number(match[2]);
  return Math.floor(ms / 1000) === stamp.timestampS && logical <= MAX_LOGICAL ? [ms, logical] : undefined;
}

/** The same text in memory of its own: V8 lets a part of a string keep the whole string alive. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}
