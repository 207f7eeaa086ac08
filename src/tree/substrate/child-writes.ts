import type { Composer } from '../../gossip/composer.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Self } from '../../gossip/self.js';
import type { AckMessage, PutMessage } from '../../gossip/wire/message.js';
import type { Mesh, RelayOutcome } from '../ports/mesh.js';
import type { ChildSocket } from './child-socket.js';
import type { Children } from './children.js';
import type { ClusterNews } from './cluster-news.js';
import { type Downlink, withoutReply } from './downlink.js';

/** `misplaced`: it names an enclave that is not the child's, and is dropped as well. */
type ChildWriteOutcome = RelayOutcome | 'misplaced';

interface ChildWritesParts {
  readonly mesh: Mesh;
  readonly children: Children;
  readonly composer: Composer;
  readonly downlink: Downlink;
  readonly news: Pick<ClusterNews, 'beforeAck'>;
}

/** Writes that come up from children. */
export class ChildWrites {
  readonly #self: Self;
  readonly #parts: ChildWritesParts;
  readonly #outcomes: Readonly<Record<ChildWriteOutcome, Counter>>;

  constructor(metrics: Metrics, self: Self, parts: ChildWritesParts) {
    this.#self = self;
    this.#parts = parts;
    const outcome = (name: ChildWriteOutcome): Counter =>
      metrics.counter('repram_tree_child_writes_total', 'Writes that came up from children, by outcome.', {
        outcome: name,
      });
    this.#outcomes = {
      held: outcome('held'),
      passed: outcome('passed'),
      dropped: outcome('dropped'),
      misplaced: outcome('misplaced'),
    };
  }

  receive(child: ChildSocket, put: PutMessage): void {
    this.#outcomes[this.#relay(child, put)].inc();
  }

  /**
   * From here on the write is this node's, under the child's message id: everybody who derives its version from an id of
   * an older form has to see the same sender.
   */
  #relay(child: ChildSocket, put: PutMessage): ChildWriteOutcome {
    const { id, enclave } = child;
    if (put.enclave !== undefined && put.enclave !== enclave) return 'misplaced';
    const relayed = { ...withoutReply(put), from: this.#self.id, enclave };
    const { mesh, composer, downlink } = this.#parts;
    const outcome = mesh.relay(relayed, enclave, (ack) => this.#passDown(id, ack));
    if (outcome === 'held') this.#passDown(id, composer.ack(relayed));
    if (outcome !== 'dropped') downlink.spread(relayed, id);
    return outcome;
  }

  /** To the socket that the child has by now. Where it has none it sends the write again once it has, to whomever. */
  #passDown(id: string, ack: AckMessage): void {
    const child = this.#parts.children.get(id);
    if (child === undefined) return;
    this.#parts.news.beforeAck(child);
    child.send({ type: 'ack', message: { ...ack, to: id } });
  }
}
