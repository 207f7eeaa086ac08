import type { Clock, Timer } from '../../gossip/ports/clock.js';
import { Bandwidth } from '../../gossip/repair/bandwidth.js';
import type { Outbox } from './outbox.js';
import type { Parent } from './parent.js';

/** More than this is not handed to the socket while the network has not taken it, in bytes, but for one write. */
export const MAX_QUEUED_BYTES: number = 1024 * 1024;
/** Writes a second: below the frames a parent takes of a child. */
export const WRITES_PER_SECOND = 8000;
/** Time between two looks at whether more can be sent, in milliseconds. */
const LOOK_MS = 20;

/** Sends what is in the outbox to the parent, no faster than the network and the parent take it. */
export class Feed {
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  #rate: Bandwidth;
  #parent: Parent | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, outbox: Outbox) {
    this.#clock = clock;
    this.#outbox = outbox;
    this.#rate = new Bandwidth(clock, WRITES_PER_SECOND);
  }

  /** From now on everything goes to this parent, from the oldest write on; to nobody, where there is none. */
  follow(parent: Parent | undefined): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#parent = parent;
    if (parent === undefined) return;
    this.#rate = new Bandwidth(this.#clock, WRITES_PER_SECOND);
    this.#outbox.rewind();
    this.pump();
  }

  /** Sends what can be sent now. */
  pump(): void {
    const parent = this.#parent;
    if (parent === undefined || this.#timer !== undefined) return;
    while (parent.bytesQueued < MAX_QUEUED_BYTES && this.#rate.isOpen) {
      if (!this.#sendNext(parent)) return;
    }
    this.#timer = this.#clock.setTimer(LOOK_MS, () => {
      this.#timer = undefined;
      this.pump();
    });
  }

  /** Hands all that is left to the socket, which is about to be closed. */
  flush(): void {
    const parent = this.#parent;
    if (parent !== undefined) while (this.#sendNext(parent));
    this.follow(undefined);
  }

  #sendNext(parent: Parent): boolean {
    const message = this.#outbox.next();
    if (message === undefined) return false;
    this.#rate.spend(1);
    parent.send({ type: 'put', message });
    return true;
  }
}
