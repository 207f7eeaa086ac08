import type { Entry } from '../../src/gossip/ports/store.js';
import { RepairAnswers } from '../../src/gossip/repair/answers.js';
import { Bandwidth } from '../../src/gossip/repair/bandwidth.js';
import { RepairSession, type SessionParts } from '../../src/gossip/repair/session.js';
import { RepairTally } from '../../src/gossip/repair/tally.js';
import type { QuestionOf, ReplicaOp, ReplicaQuestion, ReplicaReply } from '../../src/gossip/replica/request.js';
import { compareVersions } from '../../src/gossip/version.js';
import { MemoryStore } from '../../src/node/store/memory-store.js';
import { entry } from './entries.js';
import { ReadableMetrics, RecordingLog, SeededRng } from './ports.js';
import type { VirtualClock } from './virtual-clock.js';

const UNLIMITED = 0;

/** A store that answers questions of repair, and asks them, without a network. */
export class Replica {
  readonly clock: VirtualClock;
  readonly metrics: ReadableMetrics = new ReadableMetrics();
  readonly store: MemoryStore;
  readonly answers: RepairAnswers;
  /** What it was asked, in order. */
  readonly asked: ReplicaQuestion[] = [];

  constructor(clock: VirtualClock, options: { readonly maxBytes?: number; readonly outbound?: Bandwidth } = {}) {
    const { metrics } = this;
    this.clock = clock;
    this.store = new MemoryStore({ clock, metrics, log: new RecordingLog() }, { maxBytes: options.maxBytes ?? 0 });
    const outbound = options.outbound ?? new Bandwidth(clock, UNLIMITED);
    this.answers = new RepairAnswers({ store: this.store }, { outbound });
  }

  /** Writes a value, made `agoMs` ago, so that it is not taken to be on its way. */
  put(key: string, parts: Parameters<typeof entry>[1] & { readonly agoMs?: number } = {}): void {
    this.store.put(entry(this.clock.nowMs() - (parts.agoMs ?? 5000), { key, ...parts }));
  }

  text(key: string): string | undefined {
    const held = this.store.get(key);
    return held && Buffer.from(held.bytes).toString();
  }

  readonly adopt = (given: Entry): ReturnType<MemoryStore['put']> => {
    const held = this.store.get(given.key);
    if (held !== undefined && compareVersions(held.version, given.version) >= 0) return 'stale';
    const { key, createdMs, ttlSeconds, expiresAtMs, version } = given;
    const bytes = Uint8Array.from(given.bytes);
    return this.store.put({ key, bytes, createdMs, ttlSeconds, expiresAtMs, version });
  };

  answer<Op extends ReplicaOp>(question: QuestionOf<Op>): ReplicaReply<Op> {
    this.asked.push(question);
    // The type of an answer follows from that of its question, which the compiler does not see through a switch.
    return this.#answer(question) as ReplicaReply<Op>;
  }

  /** A comparison with `other`; `ask` stands between the two where it is given. */
  sessionWith(other: Replica, parts: Partial<SessionParts> = {}): RepairSession {
    const { clock, store } = this;
    const bandwidth = new Bandwidth(clock, UNLIMITED);
    return new RepairSession(
      { clock, store, rng: new SeededRng(3) },
      {
        ask: (question) => Promise.resolve(other.answer(question)),
        adopt: this.adopt,
        inbound: bandwidth,
        outbound: bandwidth,
        tally: new RepairTally(this.metrics),
        signal: new AbortController().signal,
        ...parts,
      },
    );
  }

  #answer(question: ReplicaQuestion): ReplicaReply {
    switch (question.op) {
      case 'read': {
        const held = this.store.get(question.key);
        return { op: 'read', ...(held && { entry: held }) };
      }
      case 'give':
        return { op: 'give', taken: question.entries.filter((given) => this.adopt(given) !== 'full').length };
      default:
        return this.answers.answer(question);
    }
  }
}
