import { formatHostPort, type HostPort, sameHostPort } from '../address.js';
import { type Member, memberInfo } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { BootstrapOutcome, Transport } from '../ports/transport.js';
import { outdo, RIVAL_WARNING, type Self, selfBootstrapRequest } from '../self.js';
import { SEND_TIMEOUT_MS } from '../sender.js';
import type { BootstrapRequest } from '../wire/bootstrap.js';
import type { NodeInfo } from '../wire/message.js';
import { within } from '../within.js';
import type { Announcer } from './announcer.js';
import { DIAL_AGAIN_MS, type Reach } from './reach.js';

/** How long a seed that no node names as its address is left in peace once it has answered, in milliseconds. */
export const ALIAS_REST_MS: number = 5 * 60 * 1000;

/**
 * How long one seed is waited for before the next is asked besides, in milliseconds: a machine that is gone refuses
 * nobody, and until somebody answers this node serves alone.
 */
export const NEXT_SEED_MS = 250;

/** The asking side of a join. */
export class Joiner {
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #log: Log;
  readonly #self: Self;
  readonly #members: MemberTable;
  readonly #announcer: Announcer;
  /** When a seed that has answered may be asked again, in monotonic time. Bounded by the seeds there are. */
  readonly #restsUntilMs = new Map<string, number>();
  /**
   * Whether this node can be dialled: seeds are asked to try while that is open. Who cannot be is no member, and joins through
   * nobody. `undefined` where somebody has said so.
   */
  reach: Reach | undefined;

  constructor(
    ports: { readonly clock: Clock; readonly transport: Transport; readonly log: Log },
    self: Self,
    parts: { readonly members: MemberTable; readonly announcer: Announcer },
  ) {
    this.#clock = ports.clock;
    this.#transport = ports.transport;
    this.#log = ports.log;
    this.#self = self;
    this.#members = parts.members;
    this.#announcer = parts.announcer;
  }

  /**
   * Asks the seeds in turn, skipping this node itself, until one answers: the next where one has failed, or takes so
   * long that its machine may be gone. Whether one answered. Never rejects.
   */
  async join(seeds: readonly HostPort[]): Promise<boolean> {
    const asked: Promise<boolean>[] = [];
    for (const seed of seeds) {
      if (sameHostPort(seed, this.#self.address)) continue;
      const joining = this.#joinThrough(seed);
      asked.push(joining);
      if (await within(this.#clock, Promise.race([joining, anyOf(asked)]), NEXT_SEED_MS)) return true;
    }
    return anyOf(asked);
  }

  async #joinThrough(seed: HostPort): Promise<boolean> {
    const before = this.#members.live();
    const outcome = await this.#askUntilDialled(seed);
    if (this.reach?.isUnreachable) return true;
    if (outcome.kind === 'joined' && outcome.answer.reachable !== false) {
      // A seed of another implementation says nothing, and has taken the node for one that can be dialled.
      this.reach?.dialled();
      this.#learn(outcome.answer.peers, seed, before);
      this.#log.info('joined through a seed', { seed: formatHostPort(seed), peers: outcome.answer.peers.length });
      return true;
    }
    if (outcome.kind === 'joined') {
      this.#log.warn('a seed does not take in this node, though it can be dialled', { seed: formatHostPort(seed) });
    } else if (outcome.kind === 'self') {
      this.#restsUntilMs.set(formatHostPort(seed), Number.POSITIVE_INFINITY);
    } else if (outcome.kind === 'id-taken') {
      this.#log.warn('seed bears our node id: ids must be unique', { seed: formatHostPort(seed) });
    } else {
      this.#log.debug('seed did not let us join', { seed: formatHostPort(seed), reason: outcome.reason });
    }
    return false;
  }

  /** A seed that could not dial this node is asked again, until it is known whether anybody can. */
  async #askUntilDialled(seed: HostPort): Promise<BootstrapOutcome> {
    for (;;) {
      const wasOpen = this.reach?.isOpen === true;
      const outcome = await this.#ask(seed);
      if (!wasOpen || outcome.kind !== 'joined' || outcome.answer.reachable !== false) return outcome;
      this.#log.info('a seed could not dial this node', { seed: formatHostPort(seed) });
      this.reach?.failed();
      if (this.reach?.isUnreachable) return outcome;
      if (this.reach?.isOpen) await this.#clock.sleep(DIAL_AGAIN_MS);
    }
  }

  /** A seed that knows a later incarnation of this node is asked once more, by one that is later still. */
  async #ask(seed: HostPort): Promise<BootstrapOutcome> {
    const ask = () => {
      const request = selfBootstrapRequest(this.#self);
      const asking: BootstrapRequest = this.reach?.isOpen ? { ...request, wantsReach: true } : request;
      return this.#transport.bootstrap(seed, asking, SEND_TIMEOUT_MS);
    };
    const outcome = await ask();
    const self = outcome.kind === 'joined' ? outcome.answer.peers.find(({ id }) => id === this.#self.id) : undefined;
    const outdoing = self?.extension === undefined ? 'needless' : outdo(this.#self, self.extension);
    if (outdoing === 'rival') this.#log.warn(RIVAL_WARNING, { seed: formatHostPort(seed) });
    return outdoing === 'outdone' ? ask() : outcome;
  }

  /**
   * The seeds where no member lives: whoever comes up there without knowing this node would found a cluster of its own.
   * A seed that is a name for several nodes, or for one that calls itself otherwise, has no member at its address and
   * rests between two answers; one that is this node rests for good.
   */
  unmet(seeds: readonly HostPort[]): readonly HostPort[] {
    const nowMs = this.#clock.monotonicMs();
    const isMet = (seed: HostPort): boolean =>
      nowMs < (this.#restsUntilMs.get(formatHostPort(seed)) ?? 0) ||
      sameHostPort(seed, this.#self.address) ||
      this.#members.live().some((member) => sameHostPort(member.address, seed));
    return seeds.filter((seed) => !isMet(seed));
  }

  /**
   * What a seed says of others is hearsay; it has itself spoken and answered, where one node is listed at its address.
   * Who knew this node before is told of everybody it did not know: the seed's members and they are one cluster from
   * now. Whoever has come to know it since it asked has that from the seed, as a rule.
   */
  #learn(peers: readonly NodeInfo[], seed: HostPort, before: readonly Member[]): void {
    const there = peers.filter((info) => sameHostPort({ host: info.address, port: info.httpPort }, seed));
    const restMs = there.length === 0 ? ALIAS_REST_MS : 0;
    this.#restsUntilMs.set(formatHostPort(seed), this.#clock.monotonicMs() + restMs);
    for (const info of peers) {
      const isSeed = there.length === 1 && info === there[0];
      this.#members.learn(info, isSeed ? 'direct' : 'hearsay');
      if (isSeed) this.#members.answered(info.id);
    }
    const known = new Set(before.map((member) => member.id));
    const found = this.#members.live().filter((member) => !known.has(member.id));
    for (const member of found) this.#announcer.announce(memberInfo(member), before);
  }
}

/** Whether any of these turns out true, as soon as that is known. None may reject. */
function anyOf(outcomes: readonly Promise<boolean>[]): Promise<boolean> {
  return new Promise((resolve) => {
    for (const outcome of outcomes) void outcome.then((isTrue) => isTrue && resolve(true));
    void Promise.all(outcomes).then((all) => resolve(all.includes(true)));
  });
}
