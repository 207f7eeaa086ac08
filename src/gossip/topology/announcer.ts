import type { Composer } from '../composer.js';
import { isLive, type Member } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import type { Sender } from '../sender.js';
import type { NodeInfo } from '../wire/message.js';

/** Pauses before a node is announced again to a member that could not be told (as Go nodes do), in milliseconds. */
export const ANNOUNCE_RETRY_MS = [1000, 2000, 4000] as const;

/** Most announcements under way at a time; what goes beyond is left to the topology sync. */
export const MAX_ANNOUNCEMENTS = 1000;

/** Tells members of a node that is new, by hearsay SYNC. */
export class Announcer {
  readonly #clock: Clock;
  readonly #members: MemberTable;
  readonly #sender: Sender;
  readonly #composer: Composer;
  readonly #skipped: Counter;
  #announcing = 0;

  constructor(
    ports: { readonly clock: Clock; readonly metrics: Metrics },
    parts: { readonly members: MemberTable; readonly sender: Sender; readonly composer: Composer },
  ) {
    this.#clock = ports.clock;
    this.#members = parts.members;
    this.#sender = parts.sender;
    this.#composer = parts.composer;
    this.#skipped = ports.metrics.counter(
      'repram_announcements_skipped_total',
      'Joins not announced to a member, because too many announcements were under way.',
    );
  }

  /** Tells each of `listeners`, the newcomer itself left out, in the background. */
  announce(newcomer: NodeInfo, listeners: readonly Member[]): void {
    for (const member of listeners) {
      if (member.id === newcomer.id) continue;
      if (this.#announcing >= MAX_ANNOUNCEMENTS) {
        this.#skipped.inc();
        continue;
      }
      this.#announcing++;
      void this.#tell(member.id, newcomer).finally(() => this.#announcing--);
    }
  }

  async #tell(memberId: string, newcomer: NodeInfo): Promise<void> {
    for (const pauseMs of [...ANNOUNCE_RETRY_MS, undefined]) {
      const member = this.#members.get(memberId);
      if (member === undefined || !isLive(member)) return;
      const outcome = await this.#sender.send(member, this.#composer.sync(newcomer));
      if (outcome.kind === 'ok' || pauseMs === undefined) return;
      await this.#clock.sleep(pauseMs);
    }
  }
}
