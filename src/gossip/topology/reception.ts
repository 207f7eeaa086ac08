import { sameHostPort } from '../address.js';
import { addressOf, compareIncarnations } from '../membership/evidence.js';
import { isLive, memberInfo } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import { type Self, selfInfo } from '../self.js';
import type { BootstrapAnswer, BootstrapRequest } from '../wire/bootstrap.js';
import type { NodeInfo } from '../wire/message.js';
import type { Announcer } from './announcer.js';

/**
 * - `welcome`: the joiner is a member; the answer lists everybody. One that asked to be dialled back, and could not be, is
 *   no member, and is told so.
 * - `self`: the joiner is this very node, which found itself among its seeds.
 * - `id-taken`: the joiner bears this node's id without being this node.
 * - `refused`: there is no room for another member, the joiner claims this node's address, or an operator removed it.
 * - `busy`: too many are being dialled back. To take the joiner at its word would last: it asks no second time.
 */
export type Reception =
  | { readonly kind: 'welcome'; readonly answer: BootstrapAnswer }
  | { readonly kind: 'self' | 'id-taken' | 'refused' | 'busy' };

/** Most joiners that are dialled back at a time. */
export const MAX_DIAL_BACKS = 256;

interface ReceptionParts {
  readonly members: MemberTable;
  readonly announcer: Announcer;
  /** Whether the joiner answers at the address it names. Must not reject. */
  readonly dialBack: (joiner: NodeInfo) => Promise<boolean>;
}

/** The answering side of a join: learns the joiner, tells it who is here, and tells the others about it. */
export class ReceptionDesk {
  readonly #self: Self;
  readonly #members: MemberTable;
  readonly #announcer: Announcer;
  readonly #dialBack: ReceptionParts['dialBack'];
  readonly #busy: Counter;
  #dialBacks = 0;

  constructor(ports: { readonly metrics: Metrics }, self: Self, parts: ReceptionParts) {
    this.#self = self;
    this.#members = parts.members;
    this.#announcer = parts.announcer;
    this.#dialBack = parts.dialBack;
    this.#busy = ports.metrics.counter(
      'repram_joiners_put_off_total',
      'Joiners that were told to ask again, because too many were being dialled back.',
    );
  }

  /** Answers a joiner; at once, unless it asks to be dialled back first. Never rejects. */
  receive(request: BootstrapRequest): Reception | Promise<Reception> {
    if (!request.wantsReach || request.nodeId === this.#self.id) return this.#receive(request);
    if (this.#dialBacks < MAX_DIAL_BACKS) return this.#receiveAfterLook(request);
    this.#busy.inc();
    return { kind: 'busy' };
  }

  async #receiveAfterLook(request: BootstrapRequest): Promise<Reception> {
    this.#dialBacks++;
    const reachable = await this.#dialBack(infoOf(request));
    this.#dialBacks--;
    if (!reachable) {
      const others = this.#members.live().filter(({ id }) => id !== request.nodeId);
      return { kind: 'welcome', answer: { peers: [...others.map(memberInfo), selfInfo(this.#self)], reachable } };
    }
    const reception = this.#receive(request);
    return reception.kind === 'welcome' ? { kind: 'welcome', answer: { ...reception.answer, reachable } } : reception;
  }

  #receive(request: BootstrapRequest): Reception {
    if (request.nodeId === this.#self.id) {
      return { kind: request.extension?.instance === this.#self.instance ? 'self' : 'id-taken' };
    }
    const joiner = infoOf(request);
    const isNews = this.#isNews(joiner);
    if (!this.#members.learn(joiner, 'direct')) return this.#turnAway(joiner);
    const others = this.#members.live().filter((member) => member.id !== joiner.id);
    const peers = [...others.map(memberInfo), this.#asKnown(joiner), selfInfo(this.#self)];
    if (isNews) this.#announcer.announce(joiner, others);
    return { kind: 'welcome', answer: { peers } };
  }

  /**
   * A node that was removed joins again on purpose by a new process. Where the clock of that one is behind, it is listed as
   * it is barred, so that it can outdo that and ask again; the process that was removed is refused.
   */
  #turnAway(joiner: NodeInfo): Reception {
    const tombstone = this.#members.tombstones.get(joiner.id);
    const former = this.#members.get(joiner.id)?.extension;
    const isAnother = former !== undefined && joiner.extension?.instance !== former.instance;
    if (tombstone === undefined || joiner.extension === undefined || !isAnother) return { kind: 'refused' };
    const extension = { incarnation: tombstone.incarnation, instance: former.instance };
    return { kind: 'welcome', answer: { peers: [{ ...joiner, extension }] } };
  }

  /** Whoever asks again, to see who is here, is no newcomer: nobody need be told. */
  #isNews(joiner: NodeInfo): boolean {
    const known = this.#members.get(joiner.id);
    if (known === undefined || !isLive(known) || !sameHostPort(addressOf(joiner), known.address)) return true;
    return joiner.extension === undefined || compareIncarnations(joiner, known) === 'later';
  }

  /** A later incarnation known of the joiner is listed instead of the one it names, so that it can outdo that. */
  #asKnown(joiner: NodeInfo): NodeInfo {
    const known = this.#members.get(joiner.id)?.extension;
    return joiner.extension === undefined || known === undefined ? joiner : { ...joiner, extension: known };
  }
}

function infoOf(request: BootstrapRequest): NodeInfo {
  return {
    id: request.nodeId,
    address: request.address,
    port: request.gossipPort,
    httpPort: request.httpPort,
    enclave: request.enclave,
    ...(request.extension && { extension: request.extension }),
  };
}
