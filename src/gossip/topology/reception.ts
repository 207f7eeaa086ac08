import type { Composer } from '../composer.js';
import { isLive, memberInfo } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import { type Self, selfInfo } from '../self.js';
import type { Sender } from '../sender.js';
import type { BootstrapAnswer, BootstrapRequest } from '../wire/bootstrap.js';
import type { NodeInfo } from '../wire/message.js';

/** Pauses before the joiner is announced again to a member that could not be told (as Go nodes do), in milliseconds. */
export const ANNOUNCE_RETRY_MS = [1000, 2000, 4000] as const;

/** Most announcements under way at a time; what goes beyond is left to the topology sync. */
export const MAX_ANNOUNCEMENTS = 1000;

/**
 * - `welcome`: the joiner is a member; the answer lists everybody.
 * - `self`: the joiner is this very node, which found itself among its seeds.
 * - `id-taken`: the joiner bears this node's id without being this node.
 * - `refused`: there is no room for another member, or the joiner claims this node's address.
 */
export type Reception =
  | { readonly kind: 'welcome'; readonly answer: BootstrapAnswer }
  | { readonly kind: 'self' | 'id-taken' | 'refused' };

/** The answering side of a join: learns the joiner, tells it who is here, and tells the others about it. */
export class ReceptionDesk {
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #members: MemberTable;
  readonly #sender: Sender;
  readonly #composer: Composer;
  readonly #skipped: Counter;
  #announcing = 0;

  constructor(
    ports: { readonly clock: Clock; readonly metrics: Metrics },
    self: Self,
    parts: { readonly members: MemberTable; readonly sender: Sender; readonly composer: Composer },
  ) {
    this.#clock = ports.clock;
    this.#self = self;
    this.#members = parts.members;
    this.#sender = parts.sender;
    this.#composer = parts.composer;
    this.#skipped = ports.metrics.counter(
      'repram_announcements_skipped_total',
      'Joins not announced to a member, because too many announcements were under way.',
    );
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
    if (!this.#members.learn(joiner, 'direct')) return { kind: 'refused' };
    const others = this.#members.live().filter((member) => member.id !== joiner.id);
    const peers = [...others.map(memberInfo), joiner, selfInfo(this.#self)];
    this.#announce(joiner);
    return { kind: 'welcome', answer: { peers } };
  }

  #announce(joiner: NodeInfo): void {
    for (const member of this.#members.live()) {
      if (member.id === joiner.id) continue;
      if (this.#announcing >= MAX_ANNOUNCEMENTS) {
        this.#skipped.inc();
        continue;
      }
      this.#announcing++;
      void this.#tell(member.id, joiner).finally(() => this.#announcing--);
    }
  }

  async #tell(memberId: string, joiner: NodeInfo): Promise<void> {
    for (const pauseMs of [...ANNOUNCE_RETRY_MS, undefined]) {
      const member = this.#members.get(memberId);
      if (member === undefined || !isLive(member)) return;
      const outcome = await this.#sender.send(member, this.#composer.sync(joiner));
      if (outcome.kind === 'ok' || pauseMs === undefined) return;
      await this.#clock.sleep(pauseMs);
    }
  }
}
