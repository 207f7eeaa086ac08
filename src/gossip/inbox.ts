import type { Composer } from './composer.js';
import type { IndirectProbes } from './membership/indirect-probes.js';
import { isGone, type Member, speaksExtension } from './membership/member.js';
import type { MemberTable } from './membership/member-table.js';
import type { NewsCarrier } from './membership/news-carrier.js';
import type { RoomBook } from './membership/room-book.js';
import type { Rumours } from './membership/rumours.js';
import { countMessages, type MessageCounters } from './message-counters.js';
import type { Log } from './ports/log.js';
import type { Metrics } from './ports/metrics.js';
import type { Receiver } from './replication/receiver.js';
import { outdo, RIVAL_WARNING, type Self } from './self.js';
import type { Sender } from './sender.js';
import type { TopologySync } from './topology/sync.js';
import type {
  AckMessage,
  Message,
  NodeExtension,
  NodeInfo,
  PingMessage,
  PongMessage,
  PutMessage,
  SyncMessage,
} from './wire/message.js';
import type { News } from './wire/news.js';

/**
 * - `ok`: taken. To a message that wants an answer at once, `reply` is that to a write or a probe, and `nodes` that to
 *   a SYNC: whom this node knows, itself first, with the `news` that go along.
 * - `full`: no room for a write.
 * - `misdirected`: a PING meant for another node came here.
 */
export type Receipt =
  | {
      readonly kind: 'ok';
      readonly reply?: AckMessage | PongMessage;
      readonly nodes?: readonly NodeInfo[];
      readonly news?: readonly News[];
    }
  | { readonly kind: 'full' | 'misdirected' };

const OK: Receipt = { kind: 'ok' };

interface InboxParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly composer: Composer;
  readonly sync: TopologySync;
  /** Takes in acknowledgements of writes. */
  readonly acked: (message: AckMessage) => void;
  readonly receiver: Receiver;
  readonly rumours: Rumours;
  readonly carrier: NewsCarrier;
  readonly indirect: IndirectProbes;
  readonly rooms: RoomBook;
  /** Tells a member at once of the incarnation that this node has just taken. */
  readonly reassert: (memberId: string) => void;
}

/** Hands each message of a peer to the part it concerns, and answers it where it wants an answer. */
export class Inbox {
  readonly #log: Log;
  readonly #self: Self;
  readonly #parts: InboxParts;
  readonly #received: MessageCounters;

  constructor(ports: { readonly log: Log; readonly metrics: Metrics }, self: Self, parts: InboxParts) {
    this.#log = ports.log;
    this.#self = self;
    this.#parts = parts;
    this.#received = countMessages(
      ports.metrics,
      'repram_messages_received_total',
      'Gossip messages taken in, by type.',
    );
  }

  /** Handles one message from a peer. Never throws. */
  receive(message: Message): Receipt {
    this.#received[message.type].inc();
    switch (message.type) {
      case 'PUT':
        return this.#receivePut(message);
      case 'ACK':
        this.#parts.acked(message);
        return OK;
      case 'PING':
        return this.#receivePing(message);
      case 'PONG':
        this.#receivePong(message);
        return OK;
      case 'SYNC':
        return this.#receiveSync(message);
      case 'LEAVE':
        this.#parts.rumours.goodbye(message.from, message.incarnation);
        return OK;
      case 'NEWS':
        this.#receiveNews(message);
        return OK;
      case 'PINGREQ':
        this.#receiveNews(message);
        this.#parts.indirect.receiveRequest(message);
        return OK;
      case 'PINGACK':
        this.#parts.members.heard(message.from);
        this.#parts.indirect.receiveAck(message);
        return OK;
    }
  }

  /** Handles what came in the answer to a message: only what answers something may. Never throws. */
  receiveReply(reply: Message): void {
    if (reply.type === 'ACK' || reply.type === 'PONG') this.receive(reply);
    if (reply.type === 'PONG') this.#outdoFormerSelf(reply);
  }

  /**
   * Whoever takes the ACK in the answer is answered a second time, too: it asks again because the first answer was
   * lost.
   */
  #receivePut(message: PutMessage): Receipt {
    const outcome = this.#parts.receiver.receive(message);
    if (outcome === 'full') return { kind: 'full' };
    if (outcome === 'ignored' || (outcome === 'repeated' && !message.wantsReply)) return OK;
    const sender = this.#parts.members.get(message.from);
    if (sender === undefined || isGone(sender)) return OK;
    return this.#reply(sender, this.#parts.composer.ack(message), message.wantsReply);
  }

  /** A PING for somebody else means that the pinger looks for a former owner of this address: it must not find one. */
  #receivePing(message: PingMessage): Receipt {
    if (message.to !== '' && message.to !== this.#self.id) return { kind: 'misdirected' };
    if (message.nodeInfo?.id === message.from) this.#parts.members.learn(message.nodeInfo, 'direct');
    const pinger = this.#parts.members.get(message.from);
    if (pinger === undefined || pinger.state === 'removed') return this.#receivePingOfTheRemoved(message, pinger);
    this.#receiveNews(message);
    if (message.accused !== undefined) this.#parts.rumours.accused(message.accused);
    const known = this.#toOutdo(pinger, message);
    this.#parts.rooms.said(message.from, message.room);
    const news = this.#newsFor(pinger);
    const room = speaksExtension(pinger) ? this.#parts.rooms.along() : {};
    const along = { ...(known && { known }), ...room, ...(news.length > 0 && { news }) };
    const pong = this.#parts.composer.pong(pinger.id, along);
    return this.#reply(pinger, pong, message.wantsReply);
  }

  /**
   * Whoever was removed and does not know it goes on asking, and has to hear of it from somebody. A process that was started
   * since is another: where its clock is behind, it has to outdo the tombstone.
   */
  #receivePingOfTheRemoved({ from, nodeInfo, wantsReply }: PingMessage, former: Member | undefined): Receipt {
    const tombstone = this.#parts.members.tombstones.get(from);
    const own = nodeInfo?.extension;
    if (tombstone === undefined || own === undefined || !wantsReply) return OK;
    const instance = former?.extension?.instance;
    const isNew = instance !== undefined && instance !== own.instance;
    const known = { incarnation: tombstone.incarnation, instance: instance ?? '' };
    const along = isNew ? { known } : { news: [{ kind: 'removed', tombstone } as const] };
    return { kind: 'ok', reply: this.#parts.composer.pong(from, along) };
  }

  /**
   * Nobody else tells a node that is said to have left: news goes to live members. One that has not contradicts; one
   * that is about to asked before it said goodbye, and does not.
   */
  #newsFor(pinger: Member): readonly News[] {
    if (pinger.state !== 'left' || !speaksExtension(pinger)) return this.#parts.carrier.along(pinger);
    return [{ kind: 'left', id: pinger.id, incarnation: pinger.extension.incarnation }];
  }

  /** Only members are believed, and nobody who has gone. */
  #receiveNews({ from, news }: { readonly from: string; readonly news?: readonly News[] }): void {
    const teller = this.#parts.members.get(from);
    if (teller === undefined || isGone(teller)) return;
    this.#parts.members.heard(from);
    if (news !== undefined) this.#parts.rumours.receive(news);
  }

  /**
   * A pinger whose clock is behind that of its former process is taken for that one's past, unless it is told; also where
   * the goodbye of that one, which came after it, is put down to it. Two processes may have outdone the same one by the
   * same incarnation: the second is as far behind, should the first have said goodbye.
   */
  #toOutdo({ id, extension: known }: Member, { nodeInfo }: PingMessage): NodeExtension | undefined {
    const own = nodeInfo?.id === id ? nodeInfo.extension : undefined;
    if (own === undefined || known === undefined) return undefined;
    const isOutdone = own.incarnation > known.incarnation;
    const isKnown = own.incarnation === known.incarnation && own.instance === known.instance;
    return isOutdone || isKnown ? undefined : known;
  }

  #reply(to: Member, reply: AckMessage | PongMessage, atOnce: true | undefined): Receipt {
    if (atOnce) return { kind: 'ok', reply };
    void this.#parts.sender.send(to, reply);
    return OK;
  }

  #receivePong(message: PongMessage): void {
    if (message.nodeInfo?.id === message.from) this.#parts.members.learn(message.nodeInfo, 'direct');
    this.#parts.rooms.said(message.from, message.room);
    this.#receiveNews(message);
  }

  /** Believed only in the answer to a PING: a stranger who posts it could raise the incarnation without end. */
  #outdoFormerSelf({ from, to, known }: PongMessage): void {
    if (known === undefined || to !== this.#self.id) return;
    const outdoing = outdo(this.#self, known);
    if (outdoing === 'outdone') this.#parts.reassert(from);
    if (outdoing === 'rival') this.#log.warn(RIVAL_WARNING, { peer: from });
  }

  #receiveSync(message: SyncMessage): Receipt {
    return { kind: 'ok', ...this.#parts.sync.receive(message) };
  }
}
