import { type Member, speaksExtension } from '../membership/member.js';
import type { MemberTable } from '../membership/member-table.js';
import type { Clock } from '../ports/clock.js';
import type { Counter, Metrics } from '../ports/metrics.js';
import { type Rng, shuffled } from '../ports/rng.js';
import type { Entry, Store } from '../ports/store.js';
import type { Uplink } from '../ports/uplink.js';
import type { Applier } from '../replication/applier.js';
import { forwards } from '../replication/fan-out.js';
import { readQuorumSize } from '../replication/quorum.js';
import { compareVersions, type Version } from '../version.js';
import { Reading } from './reading.js';
import type { ReplicaChannel } from './replica-channel.js';

/** Most reads that ask other replicas at a time. */
export const MAX_PENDING_READS = 1000;

export interface QuorumReaderOptions {
  /** Copies wanted of every value. */
  readonly replication: number;
  /** How long a read waits for its quorum, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * - `found`: the newest version that the quorum knows of.
 * - `absent`: the quorum knows of none, or the newest has expired.
 * - `unreached`: too few replicas answered in time, or there are too few that can.
 * - `overloaded`: too many reads are waiting.
 */
export type ReadOutcome =
  | { readonly kind: 'found'; readonly entry: Entry }
  | { readonly kind: 'absent' | 'overloaded' }
  | { readonly kind: 'unreached'; readonly answered: number; readonly needed: number };

interface QuorumReaderPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly store: Store;
  readonly metrics: Metrics;
}

interface QuorumReaderParts {
  readonly members: MemberTable;
  readonly channel: ReplicaChannel;
  readonly applier: Applier;
  /** The way into the mesh of a node that is no member. */
  readonly uplink: () => Uplink | undefined;
}

/** A read under way: whom to ask still, and how it ends. */
interface Round {
  readonly key: string;
  readonly reading: Reading;
  readonly needed: number;
  /** Taken from the end. */
  readonly waiting: Member[];
  readonly deadlineMs: number;
  readonly askTimeoutMs: number;
  readonly settle: (reached: boolean) => void;
  /** Questions under way. */
  open: number;
}

/**
 * Reads the newest version of a key that enough replicas know of, so that every write that was answered with 201 is
 * seen. What it finds behind is brought up to date: this node at once, the others after the answer.
 */
export class QuorumReader {
  readonly #ports: QuorumReaderPorts;
  readonly #options: QuorumReaderOptions;
  readonly #parts: QuorumReaderParts;
  readonly #outcomes: Readonly<Record<ReadOutcome['kind'], Counter>>;
  readonly #repaired: Counter;
  /** What reads wait for before they begin. */
  #hold: Promise<unknown> | undefined;
  #pending = 0;

  constructor(ports: QuorumReaderPorts, options: QuorumReaderOptions, parts: QuorumReaderParts) {
    this.#ports = ports;
    this.#options = options;
    this.#parts = parts;
    const { metrics } = ports;
    const outcome = (name: ReadOutcome['kind']) =>
      metrics.counter('repram_quorum_reads_total', 'Reads of clients on quorum, by outcome.', { outcome: name });
    this.#outcomes = {
      found: outcome('found'),
      absent: outcome('absent'),
      unreached: outcome('unreached'),
      overloaded: outcome('overloaded'),
    };
    this.#repaired = metrics.counter(
      'repram_read_repairs_total',
      'Entries given to replicas that a read on quorum found behind.',
    );
    metrics.gauge('repram_quorum_reads_pending', 'Reads that ask other replicas.', () => this.#pending);
  }

  /** Reads do not begin before `settled`, which must not reject: see `Writer.hold`. */
  hold(settled: Promise<unknown>): void {
    this.#hold = settled.then(() => {
      this.#hold = undefined;
    });
  }

  /** Never rejects. */
  async read(key: string): Promise<ReadOutcome> {
    const outcome = await this.#read(key);
    this.#outcomes[outcome.kind].inc();
    return outcome;
  }

  async #read(key: string): Promise<ReadOutcome> {
    if (this.#pending >= MAX_PENDING_READS) return { kind: 'overloaded' };
    this.#pending++;
    await this.#hold;
    const uplink = this.#parts.uplink();
    const outcome = uplink === undefined ? await this.#ask(key) : await this.#askUplink(uplink, key);
    this.#pending--;
    return outcome;
  }

  /**
   * Up to ten peers are all asked, as all are sent a write; of more, as many at random as the quorum takes and one to
   * spare. Members of the old protocol cannot be asked, and do not count.
   */
  async #ask(key: string): Promise<ReadOutcome> {
    const { members } = this.#parts;
    const { replication, timeoutMs } = this.#options;
    const peers = members.enclavePeers();
    const needed = readQuorumSize(members.quorumBasis(), replication);
    const askable = peers.filter((member) => member.proven && speaksExtension(member));
    const reading = new Reading(this.#ports.store.lastVersion(key));
    if (needed === 1) return this.#conclude(key, reading);
    if (askable.length + 1 < needed) return { kind: 'unreached', answered: reading.answered, needed };
    const asksSome = forwards(peers.length);
    const reached = await new Promise<boolean>((settle) => {
      void this.#poll(asksSome ? needed : askable.length, {
        ...{ key, reading, needed, settle },
        waiting: asksSome ? shuffled(this.#ports.rng, askable) : [...askable],
        deadlineMs: this.#ports.clock.monotonicMs() + timeoutMs,
        // Who stays silent leaves time to ask another.
        askTimeoutMs: asksSome ? timeoutMs / 2 : timeoutMs,
        open: 0,
      });
    });
    return reached ? this.#conclude(key, reading) : { kind: 'unreached', answered: reading.answered, needed };
  }

  /** What a quorum of the mesh knows of, or this node's own copy, where that is newer: it may be on its way there. */
  async #askUplink(uplink: Uplink, key: string): Promise<ReadOutcome> {
    const { store } = this.#ports;
    const outcome = await uplink.read(key);
    if (outcome.kind === 'found') this.#parts.applier.adopt(outcome.entry);
    const held = store.get(key);
    if (outcome.kind === 'absent') return held === undefined ? outcome : { kind: 'found', entry: held };
    if (outcome.kind !== 'found') return outcome;
    const isNewer = held !== undefined && compareVersions(held.version, outcome.entry.version) > 0;
    return isNewer ? { kind: 'found', entry: held } : outcome;
  }

  /** Asks so many members at a time, in the place of each that fails another, and repairs when all have answered. */
  async #poll(width: number, round: Round): Promise<void> {
    round.open = Math.min(width, round.waiting.length);
    await Promise.all(Array.from({ length: round.open }, () => this.#askOne(round)));
    this.#repair(round);
  }

  /** Asks one member after the other until one answers; once those still asked cannot make the quorum, it is over. */
  async #askOne(round: Round): Promise<void> {
    const { key, reading, needed } = round;
    for (let member = round.waiting.pop(); member !== undefined; member = round.waiting.pop()) {
      const remainingMs = round.deadlineMs - this.#ports.clock.monotonicMs();
      if (remainingMs <= 0) break;
      const held = reading.newest;
      const question = { op: 'read', key, ...(held && { held }) } as const;
      const outcome = await this.#parts.channel.ask(member, question, Math.min(remainingMs, round.askTimeoutMs));
      if (outcome.kind !== 'ok') continue;
      reading.add(member, outcome.answer);
      break;
    }
    round.open--;
    if (reading.answered >= needed) round.settle(true);
    else if (reading.answered + round.open < needed) round.settle(false);
  }

  /** What is newer elsewhere is taken over first; where there is no room for it, it is passed on as it came. */
  #conclude(key: string, reading: Reading): ReadOutcome {
    const entry = this.#newestOf(key, reading);
    return entry === undefined ? { kind: 'absent' } : { kind: 'found', entry };
  }

  /** The entry of the newest version known of; `undefined` where there is none, or it has expired. */
  #newestOf(key: string, reading: Reading): Entry | undefined {
    const { newest, entry: found } = reading;
    const { store, clock } = this.#ports;
    if (found !== undefined) this.#parts.applier.adopt(found);
    else if (newest !== undefined && isNewer(newest, store.lastVersion(key)))
      this.#parts.applier.supersede(key, newest);
    const held = store.get(key);
    if (newest === undefined || held === undefined) return stillAlive(found, clock.nowMs());
    return compareVersions(held.version, newest) >= 0 ? held : stillAlive(found, clock.nowMs());
  }

  #repair({ key, reading }: Round): void {
    const entry = this.#newestOf(key, reading);
    if (entry === undefined) return;
    for (const member of reading.lacking(entry.version)) {
      this.#repaired.inc();
      void this.#parts.channel.ask(member, { op: 'give', entries: [entry] }, this.#options.timeoutMs);
    }
  }
}

function isNewer(version: Version, known: Version | undefined): boolean {
  return known === undefined || compareVersions(version, known) > 0;
}

function stillAlive(entry: Entry | undefined, nowMs: number): Entry | undefined {
  return entry !== undefined && nowMs < entry.expiresAtMs ? entry : undefined;
}
