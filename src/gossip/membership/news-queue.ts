import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { News } from '../wire/news.js';
import { QueuedNews } from './queued-news.js';

/** Most items queued; the most told go first. */
export const MAX_QUEUED_NEWS = 4096;

/** Most members whose claims against the same node are passed on. */
export const MAX_CLAIMS = 3;

/** How often an item is told, in units of the decimal logarithm of the cluster's size (memberlist's RetransmitMult). */
export const RETRANSMIT_MULTIPLIER = 4;

/**
 * How often each node tells an item, where the cluster has `nodes` members: often enough for it to reach all of them
 * with high probability (SWIM: Das et al., DSN 2002, section 4.1).
 */
export function retransmitLimit(nodes: number, multiplier: number = RETRANSMIT_MULTIPLIER): number {
  return Math.ceil(multiplier * Math.log10(nodes + 1));
}

export interface NewsQueueOptions {
  /** How many members the cluster has now, this node included. */
  readonly liveCount: () => number;
  readonly multiplier?: number;
}

/**
 * The news this node has to tell: what was told least often goes first, and of that the newest; what was told often
 * enough is dropped, and so is what later news has overtaken.
 */
export class NewsQueue {
  readonly #clock: Clock;
  readonly #options: NewsQueueOptions;
  readonly #dropped: Counter;
  /** In order of `order`: the next to be told is the last. Bounded by `MAX_QUEUED_NEWS`. */
  readonly #queue: QueuedNews[] = [];
  /** The items of the queue by the node they are about: of each at most its claims or status, and a sign of life. */
  readonly #bySubject = new Map<string, QueuedNews[]>();
  #sequence = 0;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, options: NewsQueueOptions) {
    this.#clock = ports.clock;
    this.#options = options;
    this.#dropped = ports.metrics.counter(
      'repram_news_dropped_total',
      'News of members that was told less often than it should be, because there was too much of it.',
    );
    ports.metrics.gauge('repram_news_queued', 'Items of news of members that are being told.', () => this.size);
  }

  get size(): number {
    return this.#queue.length;
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Queues news, unless what is queued says as much or more; whether it did. */
  add(news: News): boolean {
    const item = new QueuedNews(news, ++this.#sequence, this.#clock.monotonicMs());
    const queued = this.#bySubject.get(item.id) ?? [];
    const known = queued.filter((other) => item.relationTo(other) === 'known');
    for (const other of known) other.freshen(item);
    const kept = queued.filter((other) => item.relationTo(other) === 'beside');
    const isOneTooMany = item.isClaim && kept.filter(({ isClaim }) => isClaim).length >= MAX_CLAIMS;
    if (known.length > 0 || isOneTooMany) return false;
    for (const other of queued) if (!kept.includes(other)) this.#remove(other);
    this.#insert(item);
    if (this.size > MAX_QUEUED_NEWS) this.#dropMostTold();
    return true;
  }

  /**
   * What to tell in one message, within both bounds; it counts as told. An item that does not fit waits: where
   * `maxBytes` is at least `MAX_NEWS_BYTES`, none waits for ever.
   */
  take(maxItems: number, maxBytes: number): readonly News[] {
    if (this.isEmpty) return [];
    const limit = this.#limit();
    while ((this.#queue[0]?.transmissions ?? 0) >= limit) this.#removeMostTold();
    const picked = this.#pick(maxItems, maxBytes);
    for (const item of picked) {
      this.#remove(item);
      item.transmissions++;
      if (item.transmissions < limit) this.#insert(item);
    }
    const nowMs = this.#clock.monotonicMs();
    return picked.map((item) => item.at(nowMs));
  }

  /** At least one: a node that is alone, or believes to be, must not lose what it has to tell. */
  #limit(): number {
    return Math.max(1, retransmitLimit(this.#options.liveCount(), this.#options.multiplier));
  }

  #pick(maxItems: number, maxBytes: number): readonly QueuedNews[] {
    const picked: QueuedNews[] = [];
    let roomBytes = maxBytes;
    for (let at = this.#queue.length - 1; at >= 0 && picked.length < maxItems && roomBytes > 0; at--) {
      const item = this.#queue[at];
      if (item === undefined || item.bytes > roomBytes) continue;
      picked.push(item);
      roomBytes -= item.bytes;
    }
    return picked;
  }

  #dropMostTold(): void {
    this.#removeMostTold();
    this.#dropped.inc();
  }

  #removeMostTold(): void {
    const [item] = this.#queue;
    if (item !== undefined) this.#remove(item);
  }

  #insert(item: QueuedNews): void {
    this.#queue.splice(this.#place(item), 0, item);
    const others = this.#bySubject.get(item.id);
    if (others === undefined) this.#bySubject.set(item.id, [item]);
    else others.push(item);
  }

  #remove(item: QueuedNews): void {
    this.#queue.splice(this.#place(item), 1);
    const others = this.#bySubject.get(item.id)?.filter((other) => other !== item) ?? [];
    if (others.length === 0) this.#bySubject.delete(item.id);
    else this.#bySubject.set(item.id, others);
  }

  /** Where an item stands in the queue, or would: by bisection. */
  #place(item: QueuedNews): number {
    let [low, high] = [0, this.#queue.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#queue[middle];
      if (other !== undefined && order(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Most told first; of equals, the oldest. */
function order(a: QueuedNews, b: QueuedNews): number {
  return b.transmissions - a.transmissions || a.sequence - b.sequence;
}
