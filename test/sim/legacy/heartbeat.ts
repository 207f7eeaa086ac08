import type { LegacyMessage } from './message.js';
import type { LegacyNodeInfo } from './node-info.js';
import type { LegacyParts } from './parts.js';

/** Time between two pings of a peer, in milliseconds. */
export const PING_INTERVAL_MS = 30_000;

/**
 * Pings everybody known. A request that fails is a strike; a PONG, which comes by a request of its own, clears them.
 */
export class Heartbeat {
  readonly #parts: LegacyParts;

  constructor(parts: LegacyParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#parts.timers.every(PING_INTERVAL_MS, () => {
      for (const peer of this.#parts.peers.infos) void this.#ping(peer);
    });
  }

  /** Strangers get no PONG. */
  receivePing(message: LegacyMessage): void {
    const { peers, outbox, composer } = this.#parts;
    const peer = peers.get(message.from);
    if (peer !== undefined) void outbox.send(peer, composer.pong(peer.id));
  }

  receivePong(message: LegacyMessage): void {
    this.#parts.peers.clear(message.from);
  }

  async #ping(peer: LegacyNodeInfo): Promise<void> {
    const { peers, outbox, composer } = this.#parts;
    if (!(await outbox.send(peer, composer.ping(peer.id)))) peers.strike(peer.id);
  }
}
