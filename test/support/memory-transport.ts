import { formatHostPort, type HostPort } from '../../src/gossip/address.js';
import type { Clock } from '../../src/gossip/ports/clock.js';
import type { Rng } from '../../src/gossip/ports/rng.js';
import type { BootstrapOutcome, SendOutcome, Transport } from '../../src/gossip/ports/transport.js';
import { decodeAnswer } from '../../src/gossip/wire/answer.js';
import type { BootstrapRequest } from '../../src/gossip/wire/bootstrap.js';
import { decodeBootstrapAnswer, encodeBootstrapRequest } from '../../src/gossip/wire/bootstrap-codec.js';
import { encodeMessage } from '../../src/gossip/wire/encode.js';
import type { Message } from '../../src/gossip/wire/message.js';
import { outcomeOfStatus } from '../../src/node/transport/send-error.js';

export type HostPath = 'message' | 'bootstrap';

export interface HostAnswer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body?: Uint8Array;
}

/** What listens at an address: a node, or a test in its place. */
export interface MemoryHost {
  post(path: HostPath, body: Uint8Array): HostAnswer;
}

/**
 * What a link does to requests.
 *
 * - `refused`: nobody seems to listen. `reset`: the connection breaks before the request arrives.
 * - `silent`: requests vanish, as on a half-open connection. `busy`: 429 comes back and nothing arrives.
 * - `answer-reset`, `answer-silent`: the request arrives and only its answer is lost.
 */
export type LinkFault = 'refused' | 'reset' | 'silent' | 'busy' | 'answer-reset' | 'answer-silent';

export interface Delivery {
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

type Result = { readonly answer: HostAnswer } | { readonly failure: SendOutcome };

const FAILURES = {
  refused: { kind: 'refused' },
  reset: { kind: 'reset' },
} as const;

/** A network in memory: every message travels as bytes, takes its time on the way, and meets the faults of its link. */
export class MemoryNetwork {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #maxDelayMs: number;
  readonly #hosts = new Map<string, MemoryHost>();
  readonly #transports = new Set<MemoryTransport>();
  readonly #faults = new Map<string, LinkFault>();
  /** Every message sent, in order, whether or not it arrived. */
  readonly sent: Delivery[] = [];

  constructor(ports: { readonly clock: Clock; readonly rng: Rng }, options: { readonly maxDelayMs?: number } = {}) {
    this.#clock = ports.clock;
    this.#rng = ports.rng;
    this.#maxDelayMs = options.maxDelayMs ?? 10;
  }

  transportAt(address: HostPort): MemoryTransport {
    const transport = new MemoryTransport(this.#clock, this, address);
    this.#transports.add(transport);
    return transport;
  }

  listen(address: HostPort, host: MemoryHost): void {
    this.#hosts.set(formatHostPort(address), host);
  }

  /** The process at the address ends: nobody listens there, and connections to it break. */
  crash(address: HostPort): void {
    this.#hosts.delete(formatHostPort(address));
    for (const transport of this.#transports) transport.breakConnection(address);
  }

  /** Sets what the link from one address to another does from now on; `undefined` makes it sound again. */
  setFault(from: HostPort, to: HostPort, fault: LinkFault | undefined): void {
    const link = linkName(from, to);
    if (fault === undefined) this.#faults.delete(link);
    else this.#faults.set(link, fault);
  }

  /** Carries one request and its answer. Says nothing where either vanishes. */
  carry(from: HostPort, to: HostPort, path: HostPath, body: Uint8Array, done: (result: Result) => void): void {
    const faultNow = (): LinkFault | undefined => this.#faults.get(linkName(from, to));
    const back = (result: Result): void => void this.#later(() => done(result));
    this.#later(() => {
      const fault = faultNow();
      const host = this.#hosts.get(formatHostPort(to));
      if (fault === 'silent') return;
      if (fault === 'refused' || host === undefined) return back({ failure: FAILURES.refused });
      if (fault === 'reset') return back({ failure: FAILURES.reset });
      if (fault === 'busy') return back({ answer: { status: 429, retryAfter: '1' } });
      const answer = host.post(path, body);
      if (fault === 'answer-silent') return;
      back(fault === 'answer-reset' ? { failure: FAILURES.reset } : { answer });
    });
  }

  #later(fn: () => void): void {
    this.#clock.setTimer(this.#rng.next() * this.#maxDelayMs, fn);
  }
}

/** One node's end of a `MemoryNetwork`. */
export class MemoryTransport implements Transport {
  onConnectionLost: ((address: HostPort) => void) | undefined;
  readonly #clock: Clock;
  readonly #network: MemoryNetwork;
  readonly #address: HostPort;
  /** Requests under way, by address; a name without requests is an idle connection. */
  readonly #connections = new Map<string, Set<(failure: SendOutcome) => void>>();
  #closed = false;

  constructor(clock: Clock, network: MemoryNetwork, address: HostPort) {
    this.#clock = clock;
    this.#network = network;
    this.#address = address;
  }

  async send(to: HostPort, message: Message, timeoutMs: number): Promise<SendOutcome> {
    const [atMs, from] = [this.#clock.monotonicMs(), formatHostPort(this.#address)];
    this.#network.sent.push({ atMs, from, to: formatHostPort(to), message });
    const result = await this.#post(to, 'message', encodeMessage(message), timeoutMs);
    if ('failure' in result) return result.failure;
    const outcome = outcomeOfStatus(result.answer.status, result.answer.retryAfter);
    if (outcome.kind !== 'ok' || !('wantsReply' in message)) return outcome;
    const reply = decodeAnswer(result.answer.body ?? new Uint8Array(0));
    return reply === undefined ? outcome : { kind: 'ok', reply };
  }

  async bootstrap(seed: HostPort, request: BootstrapRequest, timeoutMs: number): Promise<BootstrapOutcome> {
    const result = await this.#post(seed, 'bootstrap', encodeBootstrapRequest(request), timeoutMs);
    if ('failure' in result) return { kind: 'failed', reason: result.failure.kind };
    const { status, body } = result.answer;
    if (status === 409) return { kind: 'id-taken' };
    if (status === 421) return { kind: 'self' };
    if (status !== 200) return { kind: 'failed', reason: `status ${status}` };
    const decoded = decodeBootstrapAnswer(body ?? new Uint8Array(0));
    return decoded.ok ? { kind: 'joined', answer: decoded.answer } : { kind: 'failed', reason: decoded.error };
  }

  forget(address: HostPort): void {
    this.#end(formatHostPort(address), { kind: 'aborted' });
  }

  close(): void {
    this.#closed = true;
    for (const name of [...this.#connections.keys()]) this.#end(name, { kind: 'aborted' });
  }

  /** The other side is gone. */
  breakConnection(address: HostPort): void {
    if (this.#end(formatHostPort(address), { kind: 'reset' })) this.onConnectionLost?.(address);
  }

  #post(to: HostPort, path: HostPath, body: Uint8Array, timeoutMs: number): Promise<Result> {
    if (this.#closed) return Promise.resolve({ failure: { kind: 'aborted' } });
    const name = formatHostPort(to);
    return new Promise((resolve) => {
      let requests = this.#connections.get(name);
      const finish = (result: Result): void => {
        timer.cancel();
        requests?.delete(fail);
        resolve(result);
      };
      const fail = (failure: SendOutcome): void => finish({ failure });
      const timer = this.#clock.setTimer(timeoutMs, () => fail({ kind: 'timeout' }));
      if (requests === undefined) {
        requests = new Set();
        this.#connections.set(name, requests);
      }
      requests.add(fail);
      this.#network.carry(this.#address, to, path, body, (result) => {
        if ('failure' in result && requests.has(fail)) this.#connections.delete(name);
        finish(result);
      });
    });
  }

  /** Whether there was a connection to end. */
  #end(name: string, failure: SendOutcome): boolean {
    const requests = this.#connections.get(name);
    if (requests === undefined) return false;
    this.#connections.delete(name);
    for (const fail of [...requests]) fail(failure);
    return true;
  }
}

function linkName(from: HostPort, to: HostPort): string {
  return `${formatHostPort(from)} > ${formatHostPort(to)}`;
}
