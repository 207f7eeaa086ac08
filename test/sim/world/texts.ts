import type { Version } from '../../../src/gossip/version.js';
import { VIRTUAL_START_MS } from '../../support/virtual-clock.js';

/**
 * What a wall clock shows, in milliseconds, as seconds since the world began: to be read against the times of events.
 */
export function momentText(wallMs: number): string {
  return ((wallMs - VIRTUAL_START_MS) / 1000).toFixed(3);
}

/** Its moment, its logical part and its origin, such as `22.494.0.n12`. The same in events and in violations. */
export function versionText({ ms, logical, origin }: Version): string {
  return `${momentText(ms)}.${logical}.${origin}`;
}

/** A value without what fills it up to its size. */
export function valueText(value: string): string {
  return value.replace(/\.+$/, '').slice(0, 40);
}
