import type { Composer } from '../composer.js';
import type { Clock, Timer } from '../ports/clock.js';
import { type Rng, sample } from '../ports/rng.js';
import type { Sender } from '../sender.js';
import type { News } from '../wire/news.js';
import { type Member, speaksExtension } from './member.js';
import type { MemberTable } from './member-table.js';
import type { NewsQueue } from './news-queue.js';
import type { DetectorTiming } from './timing.js';

/** Most news that goes along with a probe or its answer, in items and in bytes. */
const ALONG = { items: 8, bytes: 1024 } as const;

/** Most news in a message of its own, in items and in bytes. */
const ALONE = { items: 32, bytes: 4096 } as const;

/** Part of the interval that news waits before the first round, so that what comes at once is told at once. */
const FIRST_ROUND_SHARE = 0.1;

interface NewsCarrierPorts {
  readonly clock: Clock;
  readonly rng: Rng;
}

interface NewsCarrierParts {
  readonly queue: NewsQueue;
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly composer: Composer;
}

/**
 * Tells the news: as long as there is any, a few members in each round, and whoever is probed or answered besides (SWIM,
 * section 4.1; the rounds are memberlist's). Older nodes are told nothing. A node that has nothing to tell is silent.
 */
export class NewsCarrier {
  readonly #ports: NewsCarrierPorts;
  readonly #timing: DetectorTiming;
  readonly #parts: NewsCarrierParts;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(ports: NewsCarrierPorts, timing: DetectorTiming, parts: NewsCarrierParts) {
    this.#ports = ports;
    this.#timing = timing;
    this.#parts = parts;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Has `news` told, unless what is being told says as much. */
  tell(news: News): void {
    if (!this.#parts.queue.add(news) || this.#stopped) return;
    this.#timer ??= this.#schedule(this.#timing.gossipIntervalMs * FIRST_ROUND_SHARE);
  }

  /** What to tell a member along with a probe or an answer; nothing to an older node. */
  along(member: Member): readonly News[] {
    return speaksExtension(member) ? this.#parts.queue.take(ALONG.items, ALONG.bytes) : [];
  }

  #schedule(delayMs: number): Timer {
    return this.#ports.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#round();
    });
  }

  #round(): void {
    const { members, queue, sender, composer } = this.#parts;
    const audience = members.live().filter(speaksExtension);
    for (const member of sample(this.#ports.rng, audience, this.#timing.gossipFanOut)) {
      const news = queue.take(ALONE.items, ALONE.bytes);
      if (news.length === 0) break;
      void sender.once(member, composer.news(news), this.#timing.timeoutMs);
    }
    if (!queue.isEmpty && audience.length > 0) this.#timer = this.#schedule(this.#timing.gossipIntervalMs);
  }
}
