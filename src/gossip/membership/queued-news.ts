import { type News, newsBytes, subjectOf } from '../wire/news.js';

/** How much later a sign of life must be to be told all over again, in milliseconds. */
export const FRESHER_BY_MS = 250;

/** Room for a comma, and for the digits that a silence gains while it waits, in bytes. */
const SLACK_BYTES = 8;

type Heard = Extract<News, { readonly kind: 'heard' }>;
type Status = Exclude<News, Heard>;

const RANKS = { alive: 0, suspect: 1, dead: 2, left: 3, removed: 4 } as const satisfies Record<Status['kind'], number>;

/** News that waits to be told, or to be told again. */
export class QueuedNews {
  readonly news: News;
  /** Id of the node it is about. */
  readonly id: string;
  /** Tells items apart, and newer from older. */
  readonly sequence: number;
  transmissions = 0;
  /** Monotonic time of the sign of life it speaks of; meaningless where it speaks of none. */
  readonly #firstSignMs: number;
  #signMs: number;
  #bytes: number | undefined;

  constructor(news: News, sequence: number, nowMs: number) {
    this.news = news;
    this.id = subjectOf(news).id;
    this.sequence = sequence;
    this.#firstSignMs = 'silentMs' in news ? nowMs - news.silentMs : nowMs;
    this.#signMs = this.#firstSignMs;
  }

  /** What it takes in a message. */
  get bytes(): number {
    this.#bytes ??= newsBytes(this.news) + SLACK_BYTES;
    return this.#bytes;
  }

  /** Whether it is the word of one member against another. */
  get isClaim(): boolean {
    return 'by' in this.news;
  }

  /** The news as it is to be told now: a silence has grown since it was queued. */
  at(nowMs: number): News {
    const { news } = this;
    return 'silentMs' in news ? { ...news, silentMs: Math.max(0, Math.ceil(nowMs - this.#signMs)) } : news;
  }

  /**
   * What this is to an item of the same node that is queued. A later incarnation obsoletes an earlier one; within one,
   * what is worse obsoletes what is better (SWIM, section 4.2), so that an `alive` refutes only by a later incarnation.
   * Claims of distinct members stand beside each other, and a sign of life beside a claim.
   */
  relationTo(queued: QueuedNews): 'obsoletes' | 'beside' | 'known' {
    const ours = this.news;
    const theirs = queued.news;
    if (ours.kind !== 'heard') {
      if (theirs.kind !== 'heard') return relationOfStatuses(ours, theirs);
      return silences(ours, theirs) ? 'obsoletes' : 'beside';
    }
    if (theirs.kind !== 'heard') return silences(theirs, ours) ? 'known' : 'beside';
    if (ours.incarnation !== theirs.incarnation) return ours.incarnation > theirs.incarnation ? 'obsoletes' : 'known';
    return this.#signMs - queued.#firstSignMs >= FRESHER_BY_MS ? 'obsoletes' : 'known';
  }

  /** Takes over a sign of life that is later, though too little to be told all over again. */
  freshen(by: QueuedNews): void {
    if (this.news.kind !== 'heard' || by.news.kind !== 'heard') return;
    if (by.news.incarnation === this.news.incarnation) this.#signMs = Math.max(this.#signMs, by.#signMs);
  }
}

function relationOfStatuses(news: Status, queued: Status): 'obsoletes' | 'beside' | 'known' {
  const age = subjectOf(news).incarnation - subjectOf(queued).incarnation;
  if (age !== 0) return age > 0 ? 'obsoletes' : 'known';
  if (news.kind !== queued.kind) return RANKS[news.kind] > RANKS[queued.kind] ? 'obsoletes' : 'known';
  if (news.kind === 'removed' && queued.kind === 'removed') {
    return news.tombstone.expiresAtMs > queued.tombstone.expiresAtMs ? 'obsoletes' : 'known';
  }
  return 'by' in news && 'by' in queued && news.by !== queued.by ? 'beside' : 'known';
}

/** Whether a sign of life says nothing any more beside this status. */
function silences(status: Status, heard: Heard): boolean {
  const age = subjectOf(status).incarnation - heard.incarnation;
  return age > 0 || (age === 0 && RANKS[status.kind] >= RANKS.left);
}
