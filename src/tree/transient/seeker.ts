import { formatHostPort, sameHostPort } from '../../gossip/address.js';
import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Self } from '../../gossip/self.js';
import type { Frame, HelloFrame, WelcomeFrame } from '../frame.js';
import { CLOSE, type DialOutcome, type LinkCodec, type LinkDialer } from '../ports/link.js';
import type { FrameAge } from '../ports/signer.js';
import type { FrameCodec } from '../wire/codec.js';
import { Line, type Target, type TransientEvent } from './line.js';

/** How long one candidate is waited for before the next is dialled besides, in milliseconds. */
export const NEXT_CANDIDATE_MS = 250;
/** How long a candidate may take to open, in milliseconds. */
export const DIAL_TIMEOUT_MS = 5000;
/**
 * How long a candidate may take to answer a hello, in milliseconds: longer than the 2 s in which it may find out whether a
 * former socket of this node still lives.
 */
export const WELCOME_TIMEOUT_MS = 3000;
/** Most candidates dialled in one round: goodbyes can name new ones without end. */
export const MAX_DIALS = 256;

interface SeekerPorts {
  readonly clock: Clock;
  readonly dialer: LinkDialer;
  readonly metrics: Metrics;
}

interface SeekerParts {
  readonly codecs: (kind: LinkCodec) => FrameCodec;
  readonly age: FrameAge;
  readonly post: (event: TransientEvent) => void;
  /** Whether a parent has sent this node on already, for want of balance. */
  readonly isRedirected: () => boolean;
}

/** What one round keeps. */
interface Round {
  readonly abort: AbortController;
  /** Yet to be dialled, in order. Bounded by the candidates, and five for each goodbye. */
  waiting: Target[];
  /** Addresses dialled. Bounded by `MAX_DIALS`. */
  readonly tried: Set<string>;
  /** Open, and not greeted yet. Bounded by `MAX_DIALS`. */
  readonly reserves: Line[];
  dialling: number;
  /** The first dial waits. */
  isDelayed: boolean;
}

/** Dials the candidates of a round, each once, and greets one at a time; what comes of it is posted. */
export class Seeker {
  readonly #ports: SeekerPorts;
  readonly #self: Self;
  readonly #parts: SeekerParts;
  readonly #cut: Counter;
  #round: Round | undefined;
  #greeted: Line | undefined;
  #nextTimer: Timer | undefined;
  #welcomeTimer: Timer | undefined;

  constructor(ports: SeekerPorts, self: Self, parts: SeekerParts) {
    this.#ports = ports;
    this.#self = self;
    this.#parts = parts;
    this.#cut = ports.metrics.counter(
      'repram_tree_rounds_cut_total',
      'Searches for a parent that ended because too many candidates had been dialled.',
    );
  }

  /** Begins a round, the first dial of it after `afterMs`. One that is under way ends. */
  begin(targets: readonly Target[], afterMs: number): void {
    this.end();
    const waiting = [...targets];
    this.#round = {
      abort: new AbortController(),
      waiting,
      tried: new Set(),
      reserves: [],
      dialling: 0,
      isDelayed: afterMs > 0,
    };
    if (afterMs > 0) this.#nextTimer = this.#ports.clock.setTimer(afterMs, () => this.#parts.post({ kind: 'next' }));
    else this.dial();
  }

  /** Whether the first dial of the round waits. */
  get isDelayed(): boolean {
    return this.#round?.isDelayed ?? false;
  }

  /** These are tried before all others. */
  prefer(targets: readonly Target[]): void {
    this.#round?.waiting.unshift(...targets);
  }

  /** These are tried after all others. */
  append(targets: readonly Target[]): void {
    this.#round?.waiting.push(...targets);
  }

  /** Dials the next candidate, if there is one; says when the round is over. */
  dial(): void {
    const round = this.#round;
    if (round === undefined) return;
    round.isDelayed = false;
    this.#nextTimer?.cancel();
    const target = this.#take(round);
    if (target === undefined) {
      const isOver = round.dialling === 0 && round.reserves.length === 0 && this.#greeted === undefined;
      if (isOver) this.#parts.post({ kind: 'exhausted' });
      return;
    }
    round.dialling++;
    this.#nextTimer = this.#ports.clock.setTimer(NEXT_CANDIDATE_MS, () => this.#parts.post({ kind: 'next' }));
    const dialled = this.#ports.dialer.dial(target.address, DIAL_TIMEOUT_MS, round.abort.signal);
    void dialled.then((outcome) => this.#dialled(round, target, outcome));
  }

  /** Says hello. */
  greet(line: Line): void {
    this.#greeted = line;
    this.#welcomeTimer = this.#ports.clock.setTimer(WELCOME_TIMEOUT_MS, () => this.#fail(line));
    line.listen({
      frame: (frame) => this.#heard(line, frame),
      fault: () => this.#fail(line),
      closed: () => this.#fail(line),
    });
    line.send(this.#hello());
  }

  /** Keeps a candidate that opened while another is greeted. */
  reserve(line: Line): void {
    const forget = (): void => {
      const at = this.#round?.reserves.indexOf(line) ?? -1;
      if (at >= 0) this.#round?.reserves.splice(at, 1);
      line.drop(CLOSE.normal, '');
    };
    line.listen({ frame: forget, fault: forget, closed: forget });
    this.#round?.reserves.push(line);
  }

  /**
   * Whoever was greeted is not to be the parent: goes on with who opened meanwhile, `named` before all others, else with
   * the next candidate.
   */
  proceed(named: readonly Target[] = []): void {
    const reserves = this.#round?.reserves ?? [];
    const isNamed = ({ target }: Line): boolean => named.some(({ address }) => sameHostPort(address, target.address));
    const [reserve] = reserves.splice(Math.max(0, reserves.findIndex(isNamed)), 1);
    if (reserve === undefined) this.dial();
    else this.#parts.post({ kind: 'opened', line: reserve });
  }

  /** Ends the round: what is being dialled, greeted or kept is let go. */
  end(): void {
    this.#nextTimer?.cancel();
    const greeted = this.#release();
    greeted?.drop(CLOSE.normal, '');
    for (const line of this.#round?.reserves ?? []) line.drop(CLOSE.normal, '');
    this.#round?.abort.abort();
    this.#round = undefined;
  }

  #take(round: Round): Target | undefined {
    for (let target = round.waiting.shift(); target !== undefined; target = round.waiting.shift()) {
      const name = formatHostPort(target.address);
      if (round.tried.has(name)) continue;
      if (round.tried.size >= MAX_DIALS) {
        this.#cut.inc();
        round.waiting = [];
        return undefined;
      }
      round.tried.add(name);
      return target;
    }
    return undefined;
  }

  #dialled(round: Round, target: Target, outcome: DialOutcome): void {
    round.dialling--;
    if (round !== this.#round) {
      if (outcome.kind === 'open') outcome.link.terminate();
      return;
    }
    if (outcome.kind !== 'open') this.#parts.post({ kind: 'next' });
    else this.#parts.post({ kind: 'opened', line: new Line(outcome.link, this.#parts.codecs, target) });
  }

  #heard(line: Line, frame: Frame): void {
    if (frame.type === 'welcome') return this.#welcomed(line, frame);
    if (frame.type !== 'goodbye') return;
    this.#release();
    line.drop(CLOSE.normal, '');
    this.#parts.post({ kind: 'turnedAway', goodbye: frame });
  }

  #welcomed(line: Line, welcome: WelcomeFrame): void {
    const { parentId, extension } = welcome;
    if (parentId === this.#self.id || extension?.instance === this.#self.instance) {
      this.#release();
      line.drop(CLOSE.normal, '');
      return this.#parts.post({ kind: 'mirrored', address: line.target.address });
    }
    if (extension !== undefined && !this.#parts.age.admitsFrom(parentId, extension.sentMs)) return this.#fail(line);
    this.#release();
    this.#parts.post({ kind: 'welcomed', line, welcome });
  }

  #fail(line: Line): void {
    this.#release();
    line.drop(CLOSE.normal, '');
    this.#parts.post({ kind: 'failed' });
  }

  /** Nobody is greeted any more. */
  #release(): Line | undefined {
    const greeted = this.#greeted;
    this.#greeted = undefined;
    this.#welcomeTimer?.cancel();
    return greeted;
  }

  #hello(): HelloFrame {
    const { id, enclave, address, incarnation, instance } = this.#self;
    return {
      type: 'hello',
      nodeId: id,
      enclave,
      address: address.host,
      httpPort: address.port,
      inbound: false,
      extension: {
        ...{ incarnation, instance, sentMs: this.#ports.clock.nowMs() },
        ...(this.#parts.isRedirected() && { isRedirected: true }),
      },
    };
  }
}
