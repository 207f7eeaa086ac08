import type { Clock } from '../gossip/ports/clock.js';
import { isNewer } from './root-list.js';
import type { VerifiedRootList } from './verify.js';

/**
 * How long a list that was valid when it came into hand is used beyond its expiry, in milliseconds: this machine's clock
 * may be ahead by that much. A list that comes from a source is refused from the moment it expires.
 */
export const SKEW_MS: number = 5 * 60 * 1000;

/**
 * - `none`: no list has ever been verified.
 * - `valid`: the list has not expired.
 * - `grace`: it has, by less than `SKEW_MS`; it is still used.
 * - `expired`: it is not used any more. The node goes on serving whom it knows.
 */
export type ListState = 'none' | 'valid' | 'grace' | 'expired';

/** What became of a list: it is the newest now, it is the one in hand, or it is older than that. */
export type Offer = 'taken' | 'same' | 'older';

/** Called synchronously with each list that is taken, in order of subscription. */
export type HolderListener = (list: VerifiedRootList) => void;

/** The newest verified list that this node has seen. It is replaced by newer ones alone, also once it has expired. */
export class RootListHolder {
  readonly #clock: Clock;
  /** Bounded by the wiring of the node: whoever subscribes does so once, before the start. */
  readonly #listeners: HolderListener[] = [];
  #newest: VerifiedRootList | undefined;

  constructor(ports: { readonly clock: Clock }) {
    this.#clock = ports.clock;
  }

  subscribe(listener: HolderListener): void {
    this.#listeners.push(listener);
  }

  /** Takes the list if it is newer than the one in hand. */
  offer(list: VerifiedRootList): Offer {
    const former = this.#newest;
    if (former !== undefined && isNewer(former, list)) return 'older';
    if (former !== undefined && !isNewer(list, former)) return 'same';
    this.#newest = list;
    for (const listener of this.#listeners) listener(list);
    return 'taken';
  }

  /** The newest list, whether or not it may still be used: for showing it, and for keeping it. */
  get newest(): VerifiedRootList | undefined {
    return this.#newest;
  }

  /** The newest list while it may be used. */
  current(): VerifiedRootList | undefined {
    const state = this.state();
    return state === 'valid' || state === 'grace' ? this.#newest : undefined;
  }

  state(): ListState {
    if (this.#newest === undefined) return 'none';
    const leftMs = this.#newest.expiresS * 1000 - this.#clock.nowMs();
    if (leftMs > 0) return 'valid';
    return leftMs > -SKEW_MS ? 'grace' : 'expired';
  }
}
