import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import { type Rng, randomInt } from '../../../src/gossip/ports/rng.js';
import type { SendOutcome } from '../../../src/gossip/ports/transport.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { type Conditions, drawDelayMs } from './conditions.js';
import { LinkQueues } from './link-queues.js';
import { Links, type Override } from './links.js';
import { type HostAnswer, type HostRequest, type Listener, Machine } from './machine.js';
import type { SimProcess } from './process.js';

/** One request on its way, and what is known of it. */
export interface Exchange {
  readonly id: number;
  readonly from: Machine;
  readonly to: HostPort;
  /** The type of the gossip message, or BOOTSTRAP, or REPLICA. */
  readonly type: string;
  readonly request: HostRequest;
  readonly sentMs: number;
}

export type ExchangeResult = { readonly answer: HostAnswer } | { readonly failure: SendOutcome };

/** A connection of one process to one machine; the first request on it makes it. */
export interface Connection {
  /** The process that accepted it; none while it is being made. */
  listener: Listener | undefined;
}

/** A request as the process that makes it sees it: from the moment it asks for it until it gets a result. */
export interface Post {
  readonly process: SimProcess;
  readonly to: HostPort;
  /** As in `Exchange`. */
  readonly type: string;
  readonly request: PostRequest;
  readonly postedMs: number;
}

/** A request, and how long the process waits for its answer. */
export interface PostRequest extends HostRequest {
  readonly timeoutMs: number;
}

/** What the process is told: of the answer as much as it wants to keep. */
export type PostResult = { readonly answer: Pick<HostAnswer, 'status' | 'body'> } | { readonly failure: SendOutcome };

/** Called as messages pass; must not change anything. */
export interface NetworkObserver {
  /**
   * A process asks for a request to be sent, which may have to wait for a connection and be given up before it has one.
   */
  posted?(post: Post): void;
  /** The process gets the result of its request, unless it was refused at once. */
  settled?(post: Post, result: PostResult): void;
  sent?(exchange: Exchange): void;
  /** It vanished, request or answer. */
  lost?(exchange: Exchange, what: 'request' | 'answer'): void;
  /** A process took the request; `answer` is what it said, before it is on its way back. */
  taken?(exchange: Exchange, by: Machine, answer: HostAnswer): void;
  /** The asking process got its answer or a failure. */
  concluded?(exchange: Exchange, result: ExchangeResult): void;
}

/** What went over the network, in requests and answers each, bodies only. */
export interface Traffic {
  messages: number;
  bytes: number;
}

/** Machines, the links between them, and the messages on the way. */
export class Network {
  readonly traffic: Traffic = { messages: 0, bytes: 0 };
  readonly #clock: VirtualClock;
  readonly #rng: Rng;
  readonly #observer: NetworkObserver;
  /** By address. Bounded by the addresses of the run. */
  readonly #machines = new Map<string, Machine>();
  readonly #links = new Links();
  readonly #queues = new LinkQueues();
  #exchanges = 0;
  #inTransit = 0;

  constructor(ports: { readonly clock: VirtualClock; readonly rng: Rng }, observer: NetworkObserver) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#observer = observer;
  }

  /** The machine at an address; a new one where there is none yet. */
  machineAt(address: HostPort): Machine {
    const name = formatHostPort(address);
    let machine = this.#machines.get(name);
    if (machine === undefined) {
      machine = new Machine(this.#machines.size, address);
      this.#machines.set(name, machine);
    }
    return machine;
  }

  /** Messages between two machines now, answers included. */
  get inTransit(): number {
    return this.#inTransit;
  }

  /** As `Links` says. */
  setBase(conditions: Override): void {
    this.#links.setBase(conditions);
  }

  /** As `Links` says. */
  setMachine(machine: Machine, conditions: Override | undefined): void {
    this.#links.setMachine(machine, conditions);
  }

  /** As `Links` says. What waits on the link leaves at the rate it had, and before all that is sent from now on. */
  setLink(from: Machine, to: Machine, conditions: Override | undefined): void {
    this.#links.setLink(from, to, conditions);
  }

  /** As `Links` says. */
  partition(groups: readonly (readonly Machine[])[], path: 'silent' | 'refused' | 'reset' = 'silent'): void {
    this.#links.partition(groups, path);
  }

  /**
   * Makes every link as sound as a local network, as if it were laid anew: what waits on the old one arrives when it
   * would have, and holds up nothing that is sent from now on. Slow processes stay slow.
   */
  heal(): void {
    this.#links.heal();
    this.#queues.clear();
  }

  conditions(from: Machine, to: Machine): Conditions {
    return this.#links.conditions(from, to);
  }

  /** Whether a machine hears nothing of another, be it an answer or a refusal. */
  isSilent(from: Machine, to: Machine): boolean {
    return !to.hasPower || this.conditions(from, to).path === 'silent' || this.conditions(to, from).path === 'silent';
  }

  /** Tells the observers of a request that a process makes. Returns how to tell of its result. */
  posted(process: SimProcess, to: HostPort, request: PostRequest): (result: PostResult) => void {
    const post = { process, to, type: typeOf(request), request, postedMs: this.#clock.monotonicMs() };
    this.#observer.posted?.(post);
    return (result) => this.#observer.settled?.(post, result);
  }

  /**
   * Carries a request to a process and its answer back, on a new connection unless told. Says nothing where either
   * vanishes.
   */
  carry(
    from: Machine,
    asker: SimProcess,
    to: HostPort,
    request: HostRequest,
    done: (result: ExchangeResult) => void,
    connection: Connection = { listener: undefined },
  ): Exchange {
    const type = typeOf(request);
    const exchange = { id: ++this.#exchanges, from, to, type, request, sentMs: this.#clock.monotonicMs() };
    const target = this.machineAt(to);
    this.#observer.sent?.(exchange);
    const back = (result: ExchangeResult): void => this.#return(exchange, target, asker, result, done);
    this.#depart(from, target, exchange, 'request', request.body.byteLength, () =>
      this.#arrive(exchange, target, connection, back),
    );
    if (this.#happens(this.conditions(from, target).duplication)) {
      this.#depart(from, target, exchange, 'request', request.body.byteLength, () =>
        this.#arrive(exchange, target, connection, () => undefined),
      );
    }
    return exchange;
  }

  /** How long word of a broken connection takes from one machine to another; `undefined` where it never arrives. */
  breakDelayMs(from: Machine, to: Machine): number | undefined {
    const { path, delay } = this.conditions(from, to);
    return from.hasPower && path === 'open' ? drawDelayMs(this.#rng, delay) : undefined;
  }

  #arrive(exchange: Exchange, target: Machine, connection: Connection, back: (result: ExchangeResult) => void): void {
    const { path, busy, corruption } = this.conditions(exchange.from, target);
    if (path === 'silent' || !target.hasPower) return this.#observer.lost?.(exchange, 'request');
    if (path === 'reset') return back({ failure: { kind: 'reset' } });
    const listener = path === 'refused' ? undefined : target.listener;
    connection.listener ??= listener;
    // Whoever did not accept the connection, or has ended since, knows nothing of it.
    if (listener === undefined || connection.listener !== listener) {
      return back({ failure: { kind: connection.listener === undefined ? 'refused' : 'reset' } });
    }
    if (this.#happens(busy)) return back({ answer: BUSY });
    const { request } = exchange;
    const received = this.#happens(corruption) ? { ...request, body: this.#corrupted(request.body) } : request;
    const answered = (answer: HostAnswer): void => {
      if (listener.process.hasEnded) return;
      this.#observer.taken?.(exchange, target, answer);
      back({ answer });
    };
    this.#whenServed(target, () =>
      listener.process.input(() => {
        const answer = listener.answer(received, exchange.from);
        if (answer instanceof Promise) void answer.then(answered);
        else if (answer !== undefined) answered(answer);
      }),
    );
  }

  /** Requests wait for each other at a process that takes its time. */
  #whenServed(target: Machine, run: () => void): void {
    if (target.serviceMs === 0) return run();
    const nowMs = this.#clock.monotonicMs();
    target.servingUntilMs = Math.max(target.servingUntilMs, nowMs) + target.serviceMs;
    this.#clock.setTimer(target.servingUntilMs - nowMs, run);
  }

  #return(
    exchange: Exchange,
    target: Machine,
    asker: SimProcess,
    result: ExchangeResult,
    done: (result: ExchangeResult) => void,
  ): void {
    const size = 'answer' in result ? result.answer.body.byteLength : 0;
    this.#depart(target, exchange.from, exchange, 'answer', size, () => {
      if (!exchange.from.hasPower) return this.#observer.lost?.(exchange, 'answer');
      const arrived = this.#onReturn(this.conditions(target, exchange.from), result);
      if (arrived === undefined) return this.#observer.lost?.(exchange, 'answer');
      asker.input(() => {
        this.#observer.concluded?.(exchange, arrived);
        done(arrived);
      });
    });
  }

  /**
   * What a result comes to on its way back; `undefined` where it vanishes. Whoever refuses on the way does so both
   * ways.
   */
  #onReturn({ path, corruption }: Conditions, result: ExchangeResult): ExchangeResult | undefined {
    if (path === 'silent') return undefined;
    if ('failure' in result) return result;
    if (path !== 'open') return { failure: { kind: 'reset' } };
    const { answer } = result;
    return this.#happens(corruption) ? { answer: { ...answer, body: this.#corrupted(answer.body) } } : result;
  }

  #depart(
    from: Machine,
    to: Machine,
    exchange: Exchange,
    what: 'request' | 'answer',
    bytes: number,
    arrive: () => void,
  ): void {
    this.traffic.messages++;
    this.traffic.bytes += bytes;
    const { loss, delay, bytesPerSecond } = this.conditions(from, to);
    if (this.#happens(loss)) return this.#observer.lost?.(exchange, what);
    const queuedMs = this.#queues.add(from, to, bytes, bytesPerSecond, this.#clock.monotonicMs());
    if (queuedMs === undefined) return this.#observer.lost?.(exchange, what);
    this.#inTransit++;
    this.#clock.setTimer(queuedMs + drawDelayMs(this.#rng, delay), () => {
      this.#inTransit--;
      arrive();
    });
  }

  #happens(probability: number): boolean {
    return probability > 0 && this.#rng.next() < probability;
  }

  #corrupted(body: Uint8Array): Uint8Array {
    if (body.byteLength === 0) return body;
    const copy = Uint8Array.from(body);
    const at = randomInt(this.#rng, copy.byteLength);
    copy[at] = (copy[at] ?? 0) ^ (1 << randomInt(this.#rng, 8));
    return copy;
  }
}

const BUSY: HostAnswer = {
  status: 429,
  headers: { 'retry-after': '1' },
  body: Buffer.from('Rate limit exceeded'),
};

const TYPE = /^\{"type":"([A-Z]+)"/;

function typeOf({ path, body }: HostRequest): string {
  if (path === '/v1/bootstrap') return 'BOOTSTRAP';
  if (path === '/v1/replica') return 'REPLICA';
  const opening = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 24)).toString('latin1');
  return TYPE.exec(opening)?.[1] ?? '?';
}
