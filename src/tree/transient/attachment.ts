import type { HostPort } from '../../gossip/address.js';
import { fullJitterMs } from '../../gossip/backoff.js';
import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { Log } from '../../gossip/ports/log.js';
import type { Metrics } from '../../gossip/ports/metrics.js';
import type { Rng } from '../../gossip/ports/rng.js';
import type { Self } from '../../gossip/self.js';
import {
  type Candidate,
  candidateOf,
  type Frame,
  type GoodbyeFrame,
  MORE_ROOM_ELSEWHERE,
  type WelcomeFrame,
} from '../frame.js';
import { CLOSE, type LinkCodec, type LinkDialer } from '../ports/link.js';
import type { FrameAge } from '../ports/signer.js';
import type { FrameCodec } from '../wire/codec.js';
import { Candidates, type Scope } from './candidates.js';
import type { Line, LossCause, Target, TransientEvent } from './line.js';
import { Parent } from './parent.js';
import { Seeker } from './seeker.js';
import { type Acts, type EventKind, type Phase, stateOf, stepOf, type TransientState } from './state.js';

/** Pauses between rounds without success, with full jitter, and before the next parent where one after another was brief. */
export const BACKOFF = { baseMs: 250, capMs: 60_000 } as const;
/** A node without a parent dials so many candidates a second at least, by the longest pauses there may be. */
export const DIALS_PER_SECOND = 4;
/** No pause between rounds need be shorter at its longest, in milliseconds: a few candidates are tried often. */
export const LEAST_CAP_MS = 1000;
/** A parent that is lost sooner than this after its welcome was none, in milliseconds. */
export const BRIEF_MS = 1000;
/** So many parents in a row may be lost so soon, before the search for the next one waits. */
export const MAX_BRIEF = 2;

/**
 * Why a parent was left. `start`: there was none yet. `goodbye`: it said so. `homeward`: it is of another enclave, and one
 * of the own enclave is known.
 */
export type Departure = LossCause | 'start' | 'goodbye' | 'homeward' | 'stopped';

export interface AttachmentListener {
  /** `durationMs`: since the former parent was lost, or said goodbye. */
  attached(parent: Parent, welcome: WelcomeFrame, cause: Departure, durationMs: number): void;
  detached(parent: Parent, cause: Departure): void;
  /** A frame of the parent; or a write or an acknowledgement of one that was left. */
  heard(parent: Parent, frame: Frame): void;
}

interface AttachmentPorts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly dialer: LinkDialer;
}

interface AttachmentParts {
  readonly codecs: (kind: LinkCodec) => FrameCodec;
  readonly age: FrameAge;
  readonly seeds: () => readonly HostPort[];
  /** Called when a round has ended without success. */
  readonly lookForSeeds: () => void;
  readonly listener: AttachmentListener;
}

/**
 * Keeps a transient attached. Everything that happens, at whichever socket or timer, is posted as an event; one loop takes
 * the events one after another, and does what the table of `state.ts` says. Nothing else dials, or changes the parent.
 */
export class Attachment {
  readonly #ports: AttachmentPorts;
  readonly #self: Self;
  readonly #listener: AttachmentListener;
  readonly #lookForSeeds: () => void;
  readonly #candidates: Candidates;
  readonly #seeker: Seeker;
  /** Events not taken yet. Bounded by what one event gives rise to. */
  readonly #events: TransientEvent[] = [];
  #isTaking = false;
  #phase: Phase = 'detached';
  #parent: Parent | undefined;
  #attachedMs = Number.NEGATIVE_INFINITY;
  /** Whether the parent has said goodbye: it says so once. */
  #hasFarewell = false;
  /** Parents that were left and whose sockets have not ended. Each ends within a second. */
  readonly #left = new Set<Parent>();
  /** While a parent is sought: why, and since when, in monotonic time. */
  #departure: { readonly cause: Departure; readonly sinceMs: number } | undefined;
  #scope: Scope = 'any';
  /** Since the last attachment, a candidate has sent this node on: the next may not do so again, or it would go round. */
  #isRedirected = false;
  #pause: Timer | undefined;
  /** Rounds without success since the last attachment, and attachments in a row that were brief. */
  #failedRounds = 0;
  #brief = 0;

  constructor(ports: AttachmentPorts, self: Self, parts: AttachmentParts) {
    this.#ports = ports;
    this.#self = self;
    this.#listener = parts.listener;
    this.#lookForSeeds = parts.lookForSeeds;
    this.#candidates = new Candidates(ports, self, parts);
    this.#seeker = new Seeker(ports, self, {
      ...parts,
      post: (event) => this.#post(event),
      isRedirected: () => this.#isRedirected,
    });
  }

  get state(): TransientState {
    return stateOf(this.#phase);
  }

  get parent(): Parent | undefined {
    return this.#parent;
  }

  /** The members that the parent knows, as far as they are kept. */
  get members(): readonly Candidate[] {
    return this.#candidates.members;
  }

  /** How many addresses there are to attach to. */
  get candidates(): number {
    return this.#candidates.count;
  }

  start(): void {
    this.#depart('start');
    this.#post({ kind: 'due' });
  }

  /** Other seeds are known now: a search that pauses goes on at once, one that is under way tries them too. */
  seedsChanged(): void {
    if (this.#departure === undefined) return;
    this.#failedRounds = 0;
    this.#pause?.cancel();
    this.#seeker.append(this.#candidates.round(this.#scope, this.#parent?.info.address));
    this.#dialBesides();
    this.#post({ kind: 'due' });
  }

  /** Leaves the parent, for good. Resolves when all sockets to parents have ended. Never rejects. */
  async stop(): Promise<void> {
    this.#post({ kind: 'stop' });
    await Promise.all([...this.#left].map(({ closed }) => closed));
  }

  #post(event: TransientEvent): void {
    this.#events.push(event);
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) this.#take(next);
    } finally {
      // What a listener throws is the fault of that listener: the next event is taken all the same.
      this.#isTaking = false;
    }
  }

  #take(event: TransientEvent): void {
    switch (event.kind) {
      case 'opened':
        return this.#opened(this.#step(event.kind), event.line);
      case 'welcomed':
        return this.#welcomed(this.#step(event.kind), event.line, event.welcome);
      case 'turnedAway':
        return this.#turnedAway(this.#step(event.kind), event.goodbye);
      case 'farewell':
        return this.#farewell(this.#step(event.kind), event.goodbye);
      case 'mirrored':
        return this.#mirrored(this.#step(event.kind), event.address);
      case 'lost':
        return this.#lost(this.#step(event.kind), event.cause);
      default:
        return this.#plain(event.kind);
    }
  }

  #plain(kind: 'due' | 'next' | 'exhausted' | 'failed' | 'homeKnown' | 'stop'): void {
    const act = this.#step(kind);
    if (act === 'seek') this.#seek();
    if (act === 'dial') this.#seeker.dial();
    if (act === 'pause') this.#rest();
    if (act === 'proceed') this.#seeker.proceed();
    if (act === 'goHome') this.#goHome();
    if (act === 'leave') this.#leave();
  }

  /** Enters the phase that follows, and says what is to be done. */
  #step<Kind extends EventKind>(kind: Kind): Acts[Kind] | 'ignore' {
    const { act, to } = stepOf(this.#phase, kind);
    this.#phase = to;
    return act;
  }

  #opened(act: Acts['opened'] | 'ignore', line: Line): void {
    if (act === 'greet') this.#seeker.greet(line);
    else if (act === 'reserve') this.#seeker.reserve(line);
    else line.drop(CLOSE.normal, '');
  }

  #welcomed(act: Acts['welcomed'] | 'ignore', line: Line, welcome: WelcomeFrame): void {
    if (act !== 'attach') return line.drop(CLOSE.normal, '');
    this.#seeker.end();
    const former = this.#parent;
    const nowMs = this.#ports.clock.monotonicMs();
    const { cause, sinceMs } = this.#departure ?? { cause: 'start', sinceMs: nowMs };
    const parent = this.#parentOf(line, welcome);
    this.#parent = parent;
    this.#attachedMs = nowMs;
    this.#departure = undefined;
    this.#hasFarewell = false;
    this.#isRedirected = false;
    this.#failedRounds = 0;
    this.#scope = 'any';
    this.#candidates.settled();
    this.#candidates.learn(welcome.topology.map((info) => candidateOf(info)));
    if (former !== undefined) this.#listener.detached(former, cause);
    this.#listener.attached(parent, welcome, cause, nowMs - sinceMs);
    if (former !== undefined) this.#part(former);
    this.#lookHome();
  }

  #parentOf(line: Line, welcome: WelcomeFrame): Parent {
    return new Parent(this.#ports, this.#self, {
      line,
      welcome,
      listener: {
        heard: (parent, frame) => this.#heard(parent, frame),
        lost: (parent, cause) => {
          if (parent === this.#parent) this.#post({ kind: 'lost', cause });
        },
      },
    });
  }

  #heard(parent: Parent, frame: Frame): void {
    if (frame.type === 'goodbye') {
      if (parent === this.#parent && !this.#hasFarewell) this.#post({ kind: 'farewell', goodbye: frame });
      return;
    }
    if (frame.type === 'view' && parent.info.isOurs) this.#candidates.learn(frame.members);
    if (frame.type === 'topology_sync') this.#candidates.add(candidateOf(frame.message.nodeInfo));
    this.#listener.heard(parent, frame);
    if (frame.type === 'view' || frame.type === 'topology_sync') this.#lookHome();
  }

  /** The one that was greeted has no room, or less than others, or is about to go: those it names are the next. */
  #turnedAway(act: Acts['turnedAway'] | 'ignore', goodbye: GoodbyeFrame): void {
    if (act !== 'heed') return;
    if (goodbye.reason === 'id taken') this.#ports.log.warn('node id is taken at a candidate: ids must be unique');
    if (goodbye.reason === MORE_ROOM_ELSEWHERE) this.#isRedirected = true;
    const named = this.#candidates.suggest(goodbye.alternatives, this.#scope);
    this.#seeker.prefer(named);
    this.#seeker.proceed(named);
  }

  #mirrored(act: Acts['mirrored'] | 'ignore', address: HostPort): void {
    if (act !== 'shun') return;
    this.#ports.log.info('a candidate is this node itself', { host: address.host, port: address.port });
    this.#candidates.shun(address);
    this.#seeker.proceed();
  }

  #farewell(act: Acts['farewell'] | 'ignore', goodbye: GoodbyeFrame): void {
    if (act === 'ignore') return;
    this.#hasFarewell = true;
    this.#depart('goodbye');
    this.#scope = 'any';
    const named = this.#candidates.suggest(goodbye.alternatives, 'any');
    if (act === 'widen') return this.#widen(named);
    this.#failedRounds = 0;
    this.#pause?.cancel();
    this.#seek(this.#delayMs());
  }

  /** A search for the way home is under way, whose parent says goodbye, or is lost: anybody will do now. */
  #widen(named: readonly Target[] = []): void {
    this.#seeker.prefer(named);
    this.#seeker.append(this.#candidates.round('any', this.#parent?.info.address));
    this.#dialBesides();
  }

  #dialBesides(): void {
    const isDialling = this.#phase === 'dialling' || this.#phase === 'moving: dialling';
    if (isDialling && !this.#seeker.isDelayed) this.#seeker.dial();
  }

  #lost(act: Acts['lost'] | 'ignore', cause: LossCause): void {
    const parent = this.#parent;
    if (act === 'ignore' || parent === undefined) return;
    this.#depart(cause);
    this.#parent = undefined;
    this.#scope = 'any';
    this.#candidates.lost(parent.target);
    this.#listener.detached(parent, cause);
    if (act === 'carryOn') return this.#widen();
    this.#failedRounds = 0;
    this.#pause?.cancel();
    this.#seek(this.#delayMs());
  }

  #goHome(): void {
    this.#depart('homeward');
    this.#scope = 'home';
    this.#seek();
  }

  #leave(): void {
    this.#pause?.cancel();
    this.#seeker.end();
    const parent = this.#parent;
    this.#parent = undefined;
    if (parent === undefined) return;
    this.#listener.detached(parent, 'stopped');
    this.#part(parent);
  }

  #seek(afterMs = 0): void {
    this.#seeker.begin(this.#candidates.round(this.#scope, this.#parent?.info.address), afterMs);
  }

  /** The round is over without success. */
  #rest(): void {
    const { clock, rng, log } = this.#ports;
    if (this.#failedRounds === 0) log.info('no node to attach to answers yet; trying again');
    this.#lookForSeeds();
    const capMs = longestPauseMs(this.#candidates.count);
    const pauseMs = Math.round(fullJitterMs(rng, this.#failedRounds++, { ...BACKOFF, capMs }));
    this.#pause = clock.setTimer(pauseMs, () => this.#post({ kind: 'due' }));
  }

  /** What comes first counts, until the next parent is found; that a better one was sought anyway does not. */
  #depart(cause: Departure): void {
    const { clock } = this.#ports;
    if (this.#departure !== undefined && this.#departure.cause !== 'homeward') return;
    this.#departure = { cause, sinceMs: clock.monotonicMs() };
    if (cause === 'homeward') return;
    this.#brief = clock.monotonicMs() - this.#attachedMs < BRIEF_MS ? this.#brief + 1 : 0;
  }

  /** No wait, unless one parent after another takes this node in and lets it go. */
  #delayMs(): number {
    const excess = this.#brief - MAX_BRIEF;
    return excess <= 0 ? 0 : Math.round(fullJitterMs(this.#ports.rng, excess - 1, BACKOFF));
  }

  #part(parent: Parent): void {
    this.#left.add(parent);
    void parent.closed.then(() => this.#left.delete(parent));
    parent.leave();
  }

  #lookHome(): void {
    const info = this.#parent?.info;
    const isAbroad = info?.enclave !== undefined && info.enclave !== this.#self.enclave;
    if (info !== undefined && isAbroad && this.#candidates.knowsHome(info.address)) this.#post({ kind: 'homeKnown' });
  }
}

/**
 * The longest pause between two rounds, in milliseconds. Where all parents are gone, whoever comes back first is found within that:
 * so it grows with the dials that a round takes, and not, without need, with how long they are gone.
 */
export function longestPauseMs(candidates: number): number {
  return Math.min(BACKOFF.capMs, Math.max(LEAST_CAP_MS, (candidates * 1000) / DIALS_PER_SECOND));
}
