import { formatHostPort, type HostPort } from '../../gossip/address.js';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Message } from '../../gossip/wire/message.js';

/** The header in which a node that refuses a message as stale says what time it has, in milliseconds. */
export const TIME_HEADER = 'x-repram-time';

/** Least time between two warnings, in milliseconds: a clock that is off is off for every message. */
const WARNING_INTERVAL_MS = 60_000;

const TIME = /^\d{1,15}$/;

/**
 * Bounds how long a recorded message is of use to somebody who replays it: what only nodes of this implementation say
 * to each other counts while its time is within the bound of this node's clock, on either side.
 *
 * Writes and their acknowledgements are not bound: repeated, they change nothing, since a version and an absolute expiry
 * decide about a write, and a message id about an acknowledgement. What older nodes say bears no time to rely on.
 */
export class AgeBound {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #maxAgeMs: number;
  readonly #stale: Counter;
  #warnedMs = Number.NEGATIVE_INFINITY;

  /** @param options.maxAgeMs 0 = off, as where nothing is signed and a time proves nothing */
  constructor(
    ports: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics },
    options: { readonly maxAgeMs: number },
  ) {
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#maxAgeMs = options.maxAgeMs;
    this.#stale = ports.metrics.counter(
      'repram_stale_messages_total',
      'Signed messages and replies refused: their time is too far from this node’s clock.',
    );
  }

  /** What time this node says it is. */
  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Whether something said at that wall-clock time, in milliseconds, still counts. */
  isFresh(timestampMs: number): boolean {
    return this.#maxAgeMs === 0 || Math.abs(this.#clock.nowMs() - timestampMs) <= this.#maxAgeMs;
  }

  /** Whether a message or reply counts; one that does not is counted, and its sender warned of. */
  admits(message: Message): boolean {
    return !isDated(message) || this.admitsFrom(message.from, message.timestampS * 1000);
  }

  /** The same for what bears a time in milliseconds. */
  admitsFrom(sender: string, timestampMs: number): boolean {
    if (this.isFresh(timestampMs)) return true;
    this.#stale.inc();
    this.#warn('a message was refused as stale: the clocks of this node and its sender differ, or it is a replay', {
      peer: sender,
      aheadMs: timestampMs - this.#clock.nowMs(),
    });
    return false;
  }

  /** What goes with a refusal, so that the sender can tell how far the clocks are apart. */
  refusalHeaders(): Readonly<Record<string, string>> {
    return { [TIME_HEADER]: String(this.#clock.nowMs()) };
  }

  /** Whether a refusal with this header is one for staleness; its sender is warned of. */
  recognisesRefusal(by: HostPort, header: string | undefined): boolean {
    if (this.#maxAgeMs === 0 || header === undefined || !TIME.test(header)) return false;
    this.#warn('a peer refuses the messages of this node as stale: the clocks differ', {
      peer: formatHostPort(by),
      aheadMs: Number(header) - this.#clock.nowMs(),
    });
    return true;
  }

  #warn(message: string, fields: { readonly peer: string; readonly aheadMs: number }): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#warnedMs < WARNING_INTERVAL_MS) return;
    this.#warnedMs = nowMs;
    this.#log.warn(message, { ...fields, maxAgeMs: this.#maxAgeMs });
  }
}

/** Whether the time in a message binds it: only nodes of this implementation say it, and its repetition does harm. */
function isDated(message: Message): boolean {
  switch (message.type) {
    case 'PUT':
    case 'ACK':
      return false;
    case 'PING':
    case 'PONG':
    case 'SYNC':
      return message.nodeInfo?.extension !== undefined || message.news !== undefined;
    default:
      return true;
  }
}
