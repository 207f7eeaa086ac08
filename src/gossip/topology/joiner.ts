import { formatHostPort, type HostPort, sameHostPort } from '../address.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Log } from '../ports/log.js';
import type { Transport } from '../ports/transport.js';
import { type Self, selfBootstrapRequest } from '../self.js';
import { SEND_TIMEOUT_MS } from '../sender.js';
import type { NodeInfo } from '../wire/message.js';

/** The asking side of a join. */
export class Joiner {
  readonly #transport: Transport;
  readonly #log: Log;
  readonly #self: Self;
  readonly #members: MemberTable;

  constructor(
    ports: { readonly transport: Transport; readonly log: Log },
    self: Self,
    parts: { readonly members: MemberTable },
  ) {
    this.#transport = ports.transport;
    this.#log = ports.log;
    this.#self = self;
    this.#members = parts.members;
  }

  /** Asks the seeds in turn, skipping this node itself, until one answers. Whether one did. Never rejects. */
  async join(seeds: readonly HostPort[]): Promise<boolean> {
    const request = selfBootstrapRequest(this.#self);
    for (const seed of seeds) {
      if (sameHostPort(seed, this.#self.address)) continue;
      const outcome = await this.#transport.bootstrap(seed, request, SEND_TIMEOUT_MS);
      if (outcome.kind === 'joined') {
        this.#learn(outcome.answer.peers, seed);
        this.#log.info('joined through a seed', { seed: formatHostPort(seed), peers: outcome.answer.peers.length });
        return true;
      }
      if (outcome.kind === 'id-taken') {
        this.#log.warn('seed bears our node id: ids must be unique', { seed: formatHostPort(seed) });
      } else {
        this.#log.debug('seed did not let us join', { seed: formatHostPort(seed), reason: outcome.reason });
      }
    }
    return false;
  }

  /** What a seed says of others is hearsay; it has itself spoken and answered, where one node is listed at its address. */
  #learn(peers: readonly NodeInfo[], seed: HostPort): void {
    const there = peers.filter((info) => sameHostPort({ host: info.address, port: info.httpPort }, seed));
    for (const info of peers) {
      const isSeed = there.length === 1 && info === there[0];
      this.#members.learn(info, isSeed ? 'direct' : 'hearsay');
      if (isSeed) this.#members.answered(info.id);
    }
  }
}
