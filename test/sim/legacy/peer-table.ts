import type { LegacyNodeInfo } from './node-info.js';

/** Failed pings in a row after which a peer is forgotten. */
export const EVICTION_STRIKES = 3;

interface Peer {
  info: LegacyNodeInfo;
  strikes: number;
}

/** Who is known. Nothing is remembered of a peer that was evicted, so whoever names it brings it back: a ghost. */
export class PeerTable {
  readonly #selfId: string;
  /** In the order they were learnt. Old nodes do not bound it; here the ids that a world gives out do. */
  readonly #peers = new Map<string, Peer>();

  constructor(selfId: string) {
    this.#selfId = selfId;
  }

  get size(): number {
    return this.#peers.size;
  }

  get ids(): readonly string[] {
    return [...this.#peers.keys()];
  }

  get infos(): readonly LegacyNodeInfo[] {
    return [...this.#peers.values()].map((peer) => peer.info);
  }

  get(id: string): LegacyNodeInfo | undefined {
    return this.#peers.get(id)?.info;
  }

  of(enclave: string): readonly LegacyNodeInfo[] {
    return this.infos.filter((info) => info.enclave === enclave);
  }

  /** The last word on an address wins. A node without a name or an address is not learnt, nor is this node itself. */
  learn(info: LegacyNodeInfo): void {
    if (info.id === this.#selfId || info.id === '' || info.address === '' || info.http_port === 0) return;
    const known = this.#peers.get(info.id);
    if (known === undefined) this.#peers.set(info.id, { info, strikes: 0 });
    else known.info = info;
  }

  /** A ping of this peer failed. */
  strike(id: string): void {
    const peer = this.#peers.get(id);
    if (peer !== undefined && ++peer.strikes >= EVICTION_STRIKES) this.#peers.delete(id);
  }

  /** A PONG came from this peer. */
  clear(id: string): void {
    const peer = this.#peers.get(id);
    if (peer !== undefined) peer.strikes = 0;
  }
}
