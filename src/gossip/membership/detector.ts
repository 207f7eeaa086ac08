import type { Composer } from '../composer.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Self } from '../self.js';
import type { Sender } from '../sender.js';
import type { Tombstone } from '../wire/news.js';
import { IndirectProbes } from './indirect-probes.js';
import { LocalHealth } from './local-health.js';
import { incarnationOf, isGone, type Member, memberInfo } from './member.js';
import type { MemberEvent } from './member-event.js';
import type { MemberTable } from './member-table.js';
import { NewsCarrier } from './news-carrier.js';
import { NewsQueue } from './news-queue.js';
import { ProbeRound } from './probe-round.js';
import { Prober } from './prober.js';
import type { RoomBook } from './room-book.js';
import { Rumours } from './rumours.js';
import { SuspicionWatch } from './suspicion-watch.js';
import { Suspicions } from './suspicions.js';
import type { DetectorTiming } from './timing.js';

interface DetectorPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface DetectorOptions {
  readonly timing: DetectorTiming;
  /** Whether this node doubts itself (Lifeguard). Off = three failed probes in a row evict, for comparison. */
  readonly localHealth: boolean;
}

export interface DetectorParts {
  readonly members: MemberTable;
  readonly sender: Sender;
  readonly composer: Composer;
  readonly rooms: RoomBook;
  /** Tells a member who answers, but seems not to know this node, about this node. */
  readonly introduce: (member: Member) => void;
  /** An operator removed this node. */
  readonly removed: (tombstone: Tombstone) => void;
}

/**
 * The failure detector: SWIM (Das, Gupta and Motivala, DSN 2002) with the suspicion and the local health of Lifeguard
 * (Dadgar, Phillips and Currey, DSN-W 2018). Wires its parts, and has each do what a change of a member asks for.
 */
export class Detector {
  readonly prober: Prober;
  readonly rumours: Rumours;
  readonly carrier: NewsCarrier;
  readonly indirect: IndirectProbes;
  readonly #watch: SuspicionWatch;

  constructor(ports: DetectorPorts, self: Self, options: DetectorOptions, parts: DetectorParts) {
    const { members, sender, composer, rooms, introduce, removed } = parts;
    const { timing } = options;
    const health = new LocalHealth(ports, { enabled: options.localHealth });
    const suspicions = new Suspicions(ports.clock, timing);
    const liveCount = (): number => members.live().length + 1;
    const queue = new NewsQueue(ports, { liveCount, multiplier: timing.retransmitMultiplier });
    this.carrier = new NewsCarrier(ports, timing, { queue, members, sender, composer });
    this.indirect = new IndirectProbes(ports, { helpers: timing.indirectProbes }, { members, sender, composer });
    this.#watch = new SuspicionWatch(ports, timing, {
      ...{ members, suspicions, health },
      tell: (member) => this.rumours.suspect(member),
    });
    const round = new ProbeRound(ports.clock, timing, {
      ...{ sender, composer, health },
      room: () => rooms.along(),
      isAccused: ({ id, state }) => state === 'dead' || suspicions.isPublic(id),
      carrier: this.carrier,
      indirect: this.indirect,
    });
    this.prober = new Prober(ports, timing, { members, round, watch: this.#watch, health, introduce });
    this.rumours = new Rumours(
      ports,
      self,
      { laterByMs: timing.timeoutMs },
      {
        ...{ members, suspicions, health, removed },
        carrier: this.carrier,
        judge: (member) => this.#watch.judge(member),
        verify: (member) => this.prober.hint(member.id),
      },
    );
  }

  start(): void {
    this.prober.start();
  }

  stop(): void {
    this.prober.stop();
    this.#watch.stop();
    this.carrier.stop();
  }

  /** To be told of every change of a member, before whoever acts on it. */
  memberChanged(event: MemberEvent): void {
    const { kind, member, previous } = event;
    this.#watch.memberChanged(event);
    if (kind === 'joined' || kind === 'returned' || kind === 'restarted' || kind === 'moved')
      this.prober.soon(member.id);
    if (kind === 'spoke') this.prober.hint(member.id);
    if (kind === 'mentioned') this.prober.doubt(member.id);
    if (kind === 'evicted') this.rumours.dead(member);
    if (kind === 'left' && member.saidGoodbye) this.rumours.left(member);
    const isLater = previous !== undefined && incarnationOf(member) > incarnationOf(previous);
    if ((isLater && !isGone(member)) || kind === 'returned') this.rumours.alive(memberInfo(member));
  }
}
