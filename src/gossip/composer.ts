import type { Clock } from './ports/clock.js';
import { type Self, selfInfo } from './self.js';
import type { Version } from './version.js';
import type {
  AckMessage,
  LeaveMessage,
  NewsMessage,
  NodeInfo,
  PingAckMessage,
  PingMessage,
  PingReqMessage,
  PongMessage,
  PutMessage,
  SyncMessage,
} from './wire/message.js';
import { formatMessageId } from './wire/message-id.js';
import type { News } from './wire/news.js';
import type { ViewDigest } from './wire/view-digest.js';

/** Writes the messages this node sends in its own name. */
export class Composer {
  readonly #clock: Clock;
  readonly #self: Self;
  #sequence = 0;

  constructor(clock: Clock, self: Self) {
    this.#clock = clock;
    this.#self = self;
  }

  put(key: string, data: Uint8Array, ttlSeconds: number, version: Version): PutMessage {
    return {
      type: 'PUT',
      from: this.#self.id,
      timestampS: Math.floor(version.ms / 1000),
      messageId: formatMessageId(version, this.#self.instance),
      key,
      data,
      ttlSeconds,
      enclave: this.#self.enclave,
      wantsReply: true,
    };
  }

  /** Answers a write under the write's own id. */
  ack(put: PutMessage): AckMessage {
    return {
      type: 'ACK',
      from: this.#self.id,
      timestampS: this.#nowS(),
      messageId: put.messageId,
      to: put.from,
      key: put.key,
    };
  }

  /** @param along the incarnation in which the member is accused, and news to tell it: nothing to an older node */
  ping(to: string, along: Pick<PingMessage, 'accused' | 'room' | 'news'> = {}): PingMessage {
    return { type: 'PING', ...this.#envelope(), to, nodeInfo: selfInfo(this.#self), wantsReply: true, ...along };
  }

  /** As an older node asks: whoever answers learns nothing of this one. */
  barePing(to: string): PingMessage {
    return { type: 'PING', ...this.#envelope(), to };
  }

  /** @param along what is known of the asker, where it has to outdo that, and news to tell it */
  pong(to: string, along: Pick<PongMessage, 'known' | 'room' | 'news'> = {}): PongMessage {
    return { type: 'PONG', ...this.#envelope(), to, nodeInfo: selfInfo(this.#self), ...along };
  }

  /** "Ask this member for me." */
  pingReq(to: string, timeoutMs: number): PingReqMessage {
    return { type: 'PINGREQ', ...this.#envelope(), to, timeoutMs };
  }

  /** Answers a request to ask a member, under the request's own id. */
  pingAck(request: PingReqMessage, acked: boolean): PingAckMessage {
    return { type: 'PINGACK', ...this.#envelope(), messageId: request.messageId, to: request.from, acked };
  }

  news(news: readonly News[]): NewsMessage {
    return { type: 'NEWS', ...this.#envelope(), news };
  }

  /** "This is me" where `nodeInfo` is this node's own, hearsay otherwise. */
  sync(nodeInfo: NodeInfo = selfInfo(this.#self)): SyncMessage {
    return { type: 'SYNC', ...this.#envelope(), nodeInfo };
  }

  /** "This is me, this is what I know, and what do you know?", for nodes that know the extension. */
  ask(digest: ViewDigest): SyncMessage {
    return { ...this.sync(), wantsReply: true, digest };
  }

  leave(): LeaveMessage {
    return { type: 'LEAVE', ...this.#envelope(), incarnation: this.#self.incarnation };
  }

  #envelope(): { readonly from: string; readonly timestampS: number; readonly messageId: string } {
    const messageId = `${this.#self.instance}-${this.#clock.nowMs()}-${++this.#sequence}`;
    return { from: this.#self.id, timestampS: this.#nowS(), messageId };
  }

  #nowS(): number {
    return Math.floor(this.#clock.nowMs() / 1000);
  }
}
