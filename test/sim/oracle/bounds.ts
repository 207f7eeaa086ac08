import { MAX_MEMBERS } from '../../../src/gossip/membership/member-table.js';
import { MAX_PROBES_IN_FLIGHT } from '../../../src/gossip/membership/prober.js';
import { MAX_DEDUP_IDS } from '../../../src/gossip/replication/dedup.js';
import { MAX_PENDING_WRITES } from '../../../src/gossip/replication/writer.js';
import { footprint } from '../../../src/node/store/footprint.js';
import { MAX_QUEUED_BYTES, MAX_QUEUED_REQUESTS } from '../../../src/node/transport/peer-link.js';
import { MAX_WAITING_SOCKETS } from '../../../src/tree/substrate/substrate.js';
import { MAX_OUTBOX_WRITES } from '../../../src/tree/transient/outbox.js';
import type { SimHost } from '../world/host.js';
import type { Post } from '../world/network.js';
import type { SimNode } from '../world/node.js';
import type { SimLink } from '../world/sim-link.js';
import type { World } from '../world/world.js';
import type { Cast } from './cast.js';
import { readFrame } from './frames.js';
import type { Invariant } from './invariant.js';
import { isOurs } from './ledger.js';
import { INVARIANTS } from './names.js';
import type { TreeWatch } from './tree-watch.js';

/** Both lanes of the prober. */
const MAX_PROBES = 2 * MAX_PROBES_IN_FLIGHT;

/** Everything that holds something has room for so much and no more. Looked at once a second. */
export class BoundsHold implements Invariant {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #tree: TreeWatch;
  /** Probes under way, by process. */
  readonly #probes = new Map<SimHost, number>();
  /** Whose store is added up next: one a second. */
  #turn = 0;

  constructor(world: World, cast: Cast, tree: TreeWatch) {
    this.#world = world;
    this.#cast = cast;
    this.#tree = tree;
  }

  posted(post: Post): void {
    if (post.type !== 'PING') return;
    const node = this.#cast.of(post.process);
    if (!isOurs(node)) return;
    const count = (this.#probes.get(node) ?? 0) + 1;
    this.#probes.set(node, count);
    this.#check(node, 'probes under way', count, MAX_PROBES);
  }

  settled(post: Post): void {
    if (post.type !== 'PING') return;
    const node = this.#cast.of(post.process);
    if (isOurs(node)) this.#probes.set(node, (this.#probes.get(node) ?? 1) - 1);
  }

  linkSaid(link: SimLink, data: string | Uint8Array): void {
    const node = this.#cast.of(link.process);
    if (!isOurs(node) || readFrame(data)?.type !== 'welcome') return;
    this.#check(node, 'children', this.#tree.children(node).length, node.config.maxChildren);
  }

  ended(host: SimHost): void {
    this.#probes.delete(host);
  }

  scan(): void {
    const { nodes } = this.#world;
    for (const node of nodes) this.#look(node);
    const next = nodes[this.#turn++ % Math.max(1, nodes.length)];
    if (next !== undefined) this.#addUp(next);
  }

  rest(): void {
    for (const node of this.#world.nodes) this.#addUp(node);
  }

  #look(node: SimNode): void {
    const { metrics, connections, config } = node;
    for (const queue of connections.values()) {
      this.#check(node, 'requests queued for one peer', queue.queuedRequests, MAX_QUEUED_REQUESTS);
      // A single request goes out whatever its size.
      if (queue.queuedRequests > 1) {
        this.#check(node, 'bytes queued for one peer', queue.queuedBytes, MAX_QUEUED_BYTES);
      }
    }
    let members = 0;
    for (const _ of node.core.gossip.members.all()) members++;
    this.#check(node, 'members', members, MAX_MEMBERS);
    this.#check(node, 'message ids remembered', metrics.value('repram_dedup_ids'), MAX_DEDUP_IDS);
    this.#check(node, 'writes pending', metrics.value('repram_writes_pending'), MAX_PENDING_WRITES);
    this.#check(node, 'sockets of no child', metrics.value('repram_tree_sockets_waiting'), MAX_WAITING_SOCKETS);
    this.#check(node, 'writes in its outbox', metrics.value('repram_tree_outbox_writes'), MAX_OUTBOX_WRITES);
    if (config.maxStorageBytes > 0) {
      this.#check(node, 'bytes stored, as it says', metrics.value('repram_store_bytes'), config.maxStorageBytes);
    }
  }

  #addUp(node: SimNode): void {
    const { store } = node.core;
    let bytes = 0;
    for (const key of store.keys({}).keys) bytes += footprint(key, store.get(key)?.bytes.byteLength ?? 0);
    this.#check(node, 'bytes in its store, against what it says,', bytes, node.metrics.value('repram_store_bytes'));
    if (node.config.maxStorageBytes > 0) this.#check(node, 'bytes in its store', bytes, node.config.maxStorageBytes);
  }

  #check(node: SimNode, what: string, value: number, bound: number): void {
    if (value <= bound) return;
    this.#world.violated(INVARIANTS.bounds, `${node.id}: ${value} ${what} where ${bound} is the bound`);
  }
}
