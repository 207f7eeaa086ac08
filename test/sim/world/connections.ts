import type { HostPort } from '../../../src/gossip/address.js';
import type { Clock } from '../../../src/gossip/ports/clock.js';
import type { SendOutcome } from '../../../src/gossip/ports/transport.js';
import {
  LANE_CONNECTIONS,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_REQUESTS,
  type PeerLink,
  type PeerRequest,
  type PeerResult,
} from '../../../src/node/transport/peer-link.js';
import type { Machine } from './machine.js';
import type { ExchangeResult, Network } from './network.js';
import type { SimProcess } from './process.js';

const IDLE_TIMEOUT_MS = 60_000;

type Lane = PeerRequest['lane'];

/** A request that is queued or under way. */
interface Pending {
  readonly request: PeerRequest;
  settle: ((result: PeerResult) => void) | undefined;
}

/** What the connections of one process need of the world. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly network: Network;
  readonly machine: Machine;
  readonly process: SimProcess;
}

/**
 * The connections of one process to one peer, as the HTTP client keeps them: so many at a time for each lane, the rest
 * queued within bounds; a request that is given up ends its connection.
 */
export class SimConnections implements PeerLink {
  readonly address: HostPort;
  readonly #parts: ConnectionParts;
  readonly #onLost: () => void;
  readonly #queues: Readonly<Record<Lane, Pending[]>> = { bulk: [], control: [] };
  readonly #underWay: Readonly<Record<Lane, Set<Pending>>> = { bulk: new Set(), control: new Set() };
  #requests = 0;
  #bytes = 0;
  #closed = false;
  /** World time of the last answer; a connection stays open for a minute after. */
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(parts: ConnectionParts, address: HostPort, onLost: () => void) {
    this.#parts = parts;
    this.address = address;
    this.#onLost = onLost;
  }

  get queuedRequests(): number {
    return this.#requests;
  }

  get queuedBytes(): number {
    return this.#bytes;
  }

  post(request: PeerRequest): Promise<PeerResult> {
    if (this.#closed) return Promise.resolve({ failure: { kind: 'aborted' } });
    const size = request.body.byteLength;
    if (this.#requests >= MAX_QUEUED_REQUESTS || (this.#requests > 0 && this.#bytes + size > MAX_QUEUED_BYTES)) {
      return Promise.resolve({ failure: { kind: 'overflow' } });
    }
    this.#requests++;
    this.#bytes += size;
    return new Promise((resolve) => {
      const timer = this.#parts.clock.setTimer(request.timeoutMs, () => this.#giveUp(pending, { kind: 'timeout' }));
      const pending: Pending = {
        request,
        settle: (result) => {
          timer.cancel();
          pending.settle = undefined;
          resolve(result);
        },
      };
      this.#queues[request.lane].push(pending);
      this.#work(request.lane);
    });
  }

  close(): void {
    this.#closed = true;
    for (const lane of ['bulk', 'control'] as const) {
      const all = [...this.#underWay[lane], ...this.#queues[lane]];
      this.#queues[lane].length = 0;
      for (const pending of all) this.#release(pending, { failure: { kind: 'aborted' } });
    }
  }

  /** The other side is gone, and says so: whatever was under way is over. */
  broken(): void {
    if (this.#closed || !this.#isOpen) return;
    this.#answeredMs = Number.NEGATIVE_INFINITY;
    for (const lane of ['bulk', 'control'] as const) {
      for (const pending of [...this.#underWay[lane]]) this.#release(pending, { failure: { kind: 'reset' } });
      this.#work(lane);
    }
    this.#onLost();
  }

  get #isOpen(): boolean {
    return this.#parts.clock.monotonicMs() - this.#answeredMs < IDLE_TIMEOUT_MS;
  }

  #work(lane: Lane): void {
    const [queue, underWay] = [this.#queues[lane], this.#underWay[lane]];
    while (underWay.size < LANE_CONNECTIONS[lane]) {
      const pending = queue.shift();
      if (pending === undefined) return;
      if (pending.settle === undefined) this.#release(pending);
      else this.#dispatch(pending);
    }
  }

  #dispatch(pending: Pending): void {
    const { network, machine, process } = this.#parts;
    this.#underWay[pending.request.lane].add(pending);
    network.carry(machine, process, this.address, pending.request, (result) => this.#concluded(pending, result));
  }

  #concluded(pending: Pending, result: ExchangeResult): void {
    if (!this.#underWay[pending.request.lane].has(pending)) return;
    const wasOpen = this.#isOpen;
    if ('answer' in result) this.#answeredMs = this.#parts.clock.monotonicMs();
    this.#release(pending, result);
    this.#work(pending.request.lane);
    if ('failure' in result && result.failure.kind === 'reset' && wasOpen) this.#onLost();
  }

  /** What was given up while queued stays queued, and counts, until its turn comes. */
  #giveUp(pending: Pending, failure: SendOutcome): void {
    const { lane } = pending.request;
    pending.settle?.({ failure });
    if (!this.#underWay[lane].has(pending)) return;
    const wasOpen = this.#isOpen;
    this.#release(pending);
    this.#work(lane);
    if (wasOpen && !this.#closed) this.#onLost();
  }

  #release(pending: Pending, result?: PeerResult): void {
    this.#underWay[pending.request.lane].delete(pending);
    this.#requests--;
    this.#bytes -= pending.request.body.byteLength;
    if (result !== undefined) pending.settle?.(result);
  }
}
