import type { Clock } from '../../../src/gossip/ports/clock.js';
import type { LegacyMessage } from './message.js';
import type { MessageIds } from './message-ids.js';
import type { LegacyNodeInfo } from './node-info.js';

type Body = Partial<Omit<LegacyMessage, 'type' | 'from' | 'timestamp'>>;

/** Composes the messages of one node. */
export class Composer {
  readonly #clock: Clock;
  readonly #ids: MessageIds;
  readonly #self: LegacyNodeInfo;

  constructor(clock: Clock, ids: MessageIds, self: LegacyNodeInfo) {
    this.#clock = clock;
    this.#ids = ids;
    this.#self = self;
  }

  ping(to: string): LegacyMessage {
    return this.#message('PING', { to });
  }

  pong(to: string): LegacyMessage {
    return this.#message('PONG', { to, node_info: this.#self });
  }

  /** "This is me" with the node's own info, hearsay with another's. */
  sync(info: LegacyNodeInfo = this.#self): LegacyMessage {
    return this.#message('SYNC', { node_info: info });
  }

  put(key: string, bytes: Uint8Array, ttl: number): LegacyMessage {
    const data = Buffer.from(bytes).toString('base64');
    return this.#message('PUT', { key, data, ttl, message_id: this.#ids.forWrite(key) });
  }

  /** An ACK takes the id of the write, not one of its own. */
  ack(put: LegacyMessage): LegacyMessage {
    return this.#message('ACK', { to: put.from, key: put.key ?? '', message_id: put.message_id });
  }

  #message(type: string, body: Body): LegacyMessage {
    const timestamp = Math.floor(this.#clock.nowMs() / 1000);
    return { type, from: this.#self.id, timestamp, ...body, message_id: body.message_id ?? this.#ids.forOther() };
  }
}
