import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Self } from '../../gossip/self.js';
import { MAX_WELCOME_MEMBERS, type ViewFrame, type WelcomeFrame } from '../frame.js';
import type { ParentInfo } from './parent.js';

/** Over which substrates a quorum is taken under the present parent, and whose acknowledgements count. */
export class QuorumView {
  readonly #self: Self;
  /**
   * Under a parent of another implementation, the nodes of the own enclave that it has named, itself included. Bounded by
   * `MAX_WELCOME_MEMBERS` and the parent; a node beyond that is not counted, and makes no quorum.
   */
  #named: Set<string> | undefined;
  #told: number | undefined;
  readonly #uncounted: Counter;

  constructor(ports: { readonly metrics: Metrics }, self: Self) {
    this.#self = self;
    this.#uncounted = ports.metrics.counter(
      'repram_tree_members_uncounted_total',
      'Nodes that a parent of another implementation named, and that are not counted: too many.',
    );
  }

  /** How many substrates there are; `undefined` while the parent has not said yet. */
  get basis(): number | undefined {
    return this.#named?.size ?? this.#told;
  }

  attached(parent: ParentInfo, welcome: WelcomeFrame): void {
    this.#told = undefined;
    this.#named = undefined;
    if (parent.isOurs) return;
    // An older parent stores what its child writes, and seldom says of which enclave it is.
    const isOwn = parent.enclave === undefined || parent.enclave === this.#self.enclave;
    this.#named = new Set(isOwn ? [parent.id] : []);
    for (const info of welcome.topology) this.named(info);
  }

  /** How many a parent of this implementation counts. */
  told({ basis }: ViewFrame): void {
    this.#told = basis;
  }

  /** Another node that a parent of another implementation names. */
  named({ id, enclave }: { readonly id: string; readonly enclave: string }): void {
    if (this.#named === undefined || id === this.#self.id || enclave !== this.#self.enclave) return;
    if (this.#named.size <= MAX_WELCOME_MEMBERS) this.#named.add(id);
    else if (!this.#named.has(id)) this.#uncounted.inc();
  }

  /**
   * Whether an acknowledgement of this node counts. A parent of this implementation passes on those of proven members of
   * the enclave only; another passes on whatever it is told.
   */
  counts(id: string): boolean {
    return id !== this.#self.id && (this.#named?.has(id) ?? true);
  }
}
