import type { Composer } from '../composer.js';
import type { MemberEvent } from '../membership/member-event.js';
import type { MemberTable } from '../membership/member-table.js';
import type { DetectorTiming } from '../membership/timing.js';
import type { Clock } from '../ports/clock.js';
import type { Log } from '../ports/log.js';
import type { Metrics } from '../ports/metrics.js';
import type { Rng } from '../ports/rng.js';
import type { Store } from '../ports/store.js';
import type { ReplicaChannel } from '../replica/replica-channel.js';
import type { Self } from '../self.js';
import type { Sender } from '../sender.js';
import { RepairAnswers } from './answers.js';
import { type AdoptEntry, type AskMember, askTimeoutMs } from './ask.js';
import { Bandwidth } from './bandwidth.js';
import type { MissedWrites } from './hint.js';
import { HintBook } from './hint-book.js';
import { HintDelivery } from './hint-delivery.js';
import { Repairer, type RepairStatus } from './repairer.js';
import { RepairTally } from './tally.js';

/** How often a question is asked that is not answered in time, while its member is not even suspect. */
const MAX_ATTEMPTS = 3;

export interface RepairOptions {
  /** Bytes of entries a second that repair moves at most, each way; 0 = no limit. */
  readonly repairBandwidth: number;
  /** A question has twice as long to be answered as a probe. */
  readonly timing: Pick<DetectorTiming, 'timeoutMs'>;
}

interface RepairPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface RepairParts {
  readonly members: MemberTable;
  readonly channel: ReplicaChannel;
  readonly adopt: AdoptEntry;
  readonly sender: Sender;
  readonly composer: Composer;
}

/** What makes replicas equal again, wired: hints for what is known to be missing, comparisons for what is not. */
export class Repair {
  readonly answers: RepairAnswers;
  /** Takes note of what members did not take of this node's writes. */
  readonly missed: MissedWrites;
  readonly #hints: HintDelivery;
  readonly #repairer: Repairer;

  constructor(ports: RepairPorts, self: Self, options: RepairOptions, parts: RepairParts) {
    const { members, channel, adopt, sender, composer } = parts;
    const inbound = new Bandwidth(ports.clock, options.repairBandwidth);
    const outbound = new Bandwidth(ports.clock, options.repairBandwidth);
    const tally = new RepairTally(ports.metrics);
    const answerTimeoutMs = 2 * options.timing.timeoutMs;
    const ask: AskMember = async (member, question, bytes = 0) => {
      for (let attempt = 1; ; attempt++) {
        const outcome = await channel.ask(member, question, askTimeoutMs(answerTimeoutMs, bytes));
        if (outcome.kind === 'ok') return outcome.answer;
        // One message lost must not end a session of many.
        if (outcome.kind !== 'timeout' || attempt === MAX_ATTEMPTS || member.state !== 'alive') return undefined;
      }
    };
    const book = new HintBook(ports);
    this.answers = new RepairAnswers(ports, { outbound });
    this.#hints = new HintDelivery(ports, { book, members, ask, sender, composer, outbound, tally });
    this.#repairer = new Repairer(ports, self, { members, ask, adopt, inbound, outbound, tally });
    this.missed = {
      add: (member, hint) => {
        this.#hints.missed(member, hint);
        this.#repairer.alarm();
      },
      settle: (member, hint) => book.settle(member.id, hint),
    };
  }

  get status(): RepairStatus {
    return this.#repairer.status;
  }

  start(): void {
    this.#hints.start();
    this.#repairer.start();
  }

  stop(): void {
    this.#hints.stop();
    this.#repairer.stop();
  }

  memberChanged(event: MemberEvent): void {
    this.#hints.memberChanged(event);
    this.#repairer.memberChanged(event);
  }
}
