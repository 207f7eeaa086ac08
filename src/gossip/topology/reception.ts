import { sameHostPort } from '../address.js';
import { addressOf, compareIncarnations } from '../membership/evidence.js';
import { isLive, memberInfo } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import { type Self, selfInfo } from '../self.js';
import type { BootstrapAnswer, BootstrapRequest } from '../wire/bootstrap.js';
import type { NodeInfo } from '../wire/message.js';
import type { Announcer } from './announcer.js';

/**
 * - `welcome`: the joiner is a member; the answer lists everybody.
 * - `self`: the joiner is this very node, which found itself among its seeds.
 * - `id-taken`: the joiner bears this node's id without being this node.
 * - `refused`: there is no room for another member, the joiner claims this node's address, or an operator removed it.
 */
export type Reception =
  | { readonly kind: 'welcome'; readonly answer: BootstrapAnswer }
  | { readonly kind: 'self' | 'id-taken' | 'refused' };

/** The answering side of a join: learns the joiner, tells it who is here, and tells the others about it. */
export class ReceptionDesk {
  readonly #self: Self;
  readonly #members: MemberTable;
  readonly #announcer: Announcer;

  constructor(self: Self, parts: { readonly members: MemberTable; readonly announcer: Announcer }) {
    this.#self = self;
    this.#members = parts.members;
    this.#announcer = parts.announcer;
  }

  receive(request: BootstrapRequest): Reception {
    if (request.nodeId === this.#self.id) {
      return { kind: request.extension?.instance === this.#self.instance ? 'self' : 'id-taken' };
    }
    const joiner: NodeInfo = {
      id: request.nodeId,
      address: request.address,
      port: request.gossipPort,
      httpPort: request.httpPort,
      enclave: request.enclave,
      ...(request.extension && { extension: request.extension }),
    };
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
