import { type HostPort, sameHostPort } from '../gossip/address.js';
import type { Log } from '../gossip/ports/log.js';
import type { Metrics } from '../gossip/ports/metrics.js';
import type { RootListHolder } from './holder.js';

/**
 * Whether this node is a root: while its own address is on the list that counts, and no longer. It is read from the list
 * each time, so that it ends when the list does.
 */
export class RootStatus {
  readonly #log: Log;
  readonly #self: HostPort;
  readonly #holder: RootListHolder;
  #wasRoot = false;

  constructor(
    ports: { readonly log: Log; readonly metrics: Metrics },
    self: HostPort,
    parts: { readonly holder: RootListHolder },
  ) {
    this.#log = ports.log;
    this.#self = self;
    this.#holder = parts.holder;
    ports.metrics.gauge('repram_omega_is_root', '1 while this node is on the root list that counts.', () =>
      Number(this.isRoot()),
    );
    parts.holder.subscribe(() => this.#tellChange());
  }

  isRoot(): boolean {
    return this.#holder.current()?.roots.some((root) => sameHostPort(root, this.#self)) ?? false;
  }

  #tellChange(): void {
    const isRoot = this.isRoot();
    if (isRoot === this.#wasRoot) return;
    this.#wasRoot = isRoot;
    this.#log.info(isRoot ? 'this node is a root now: others may join through it' : 'this node is no root any longer');
  }
}
