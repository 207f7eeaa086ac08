import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Clock } from '../../../src/gossip/ports/clock.js';
import type { SendOutcome } from '../../../src/gossip/ports/transport.js';
import { mayDial } from '../../../src/node/transport/dial-guard.js';
import {
  LANE_CONNECTIONS,
  type Lane,
  MAX_QUEUED_BYTES,
  MAX_QUEUED_REQUESTS,
  type PeerLink,
  type PeerRequest,
  type PeerResult,
} from '../../../src/node/transport/peer-link.js';
import type { HostAnswer, Listener, Machine } from './machine.js';
import type { Connection, ExchangeResult, Network } from './network.js';
import type { SimProcess } from './process.js';

/** A server of ours says that it ends what is idle for 75 s; the HTTP client ends it two seconds before. */
const IDLE_TIMEOUT_MS = 73_000;

/** When a connection that is being made is tried again (RFC 6298), and when it has failed, since it was begun. */
const CONNECT_TIMEOUT_MS = 5000;
const CONNECT_ATTEMPTS_MS = [1000, 3000, CONNECT_TIMEOUT_MS] as const;

/** An answer this much longer than what is kept of it is cut off. */
const MAX_DISCARDED_BYTES = 64 * 1024;

const LANES = ['bulk', 'control', 'replica'] as const;

/** A request that is queued or under way. */
interface Pending {
  readonly request: PeerRequest;
  readonly keepBytes: number;
  /** None once the result is known: what was given up while queued stays queued, and counts, until its turn comes. */
  settle: ((result: PeerResult) => void) | undefined;
}

/** Room for one connection, which carries one request at a time. */
interface Slot {
  readonly lane: Lane;
  underWay: Pending | undefined;
  connection: Connection | undefined;
  /** World time at which the last request set out. */
  sentMs: number;
  /** World time of the last answer. */
  answeredMs: number;
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
 * queued within bounds. A request that is given up ends its connection, which is no loss: only what the other side
 * ends, or the network, is reported as lost.
 */
export class SimConnections implements PeerLink {
  readonly address: HostPort;
  readonly #parts: ConnectionParts;
  readonly #onLost: () => void;
  readonly #peer: Machine;
  readonly #mayDial: boolean;
  readonly #queues: Readonly<Record<Lane, Pending[]>> = { bulk: [], control: [], replica: [] };
  /** Oldest first, which are the first to be used. At most `LANE_CONNECTIONS` of each lane. */
  readonly #slots: Readonly<Record<Lane, Slot[]>> = { bulk: [], control: [], replica: [] };
  #requests = 0;
  #bytes = 0;
  #opened = 0;
  #closed = false;

  constructor(parts: ConnectionParts, address: HostPort, onLost: () => void) {
    this.#parts = parts;
    this.address = address;
    this.#onLost = onLost;
    this.#peer = parts.network.machineAt(address);
    this.#mayDial = mayDial(address.host) && URL.canParse(`http://${formatHostPort(address)}`);
  }

  get queuedRequests(): number {
    return this.#requests;
  }

  get queuedBytes(): number {
    return this.#bytes;
  }

  /** Connections begun so far. */
  get opened(): number {
    return this.#opened;
  }

  post(request: PeerRequest, keepBytes = 0): Promise<PeerResult> {
    if (this.#closed) return Promise.resolve({ failure: { kind: 'aborted' } });
    if (!this.#mayDial) return Promise.resolve({ failure: { kind: 'refused' } });
    const size = request.body.byteLength;
    if (this.#requests >= MAX_QUEUED_REQUESTS || (this.#requests > 0 && this.#bytes + size > MAX_QUEUED_BYTES)) {
      return Promise.resolve({ failure: { kind: 'overflow' } });
    }
    this.#requests++;
    this.#bytes += size;
    const { network, process } = this.#parts;
    const told = network.posted(process, this.address, request);
    return new Promise((resolve) => {
      const timer = this.#parts.clock.setTimer(request.timeoutMs, () => this.#giveUp(pending, { kind: 'timeout' }));
      const pending: Pending = {
        request,
        keepBytes,
        settle: (result) => {
          timer.cancel();
          pending.settle = undefined;
          told(result);
          resolve(result);
        },
      };
      this.#queues[request.lane].push(pending);
      this.#work(request.lane);
    });
  }

  close(): void {
    this.#closed = true;
    for (const lane of LANES) {
      for (const slot of this.#slots[lane]) this.#free(slot, { failure: { kind: 'aborted' } });
      for (const pending of this.#queues[lane].splice(0)) this.#release(pending, { failure: { kind: 'aborted' } });
      this.#slots[lane].length = 0;
    }
  }

  /** The process that accepted some of the connections has ended, and its machine says so. */
  broken(listener: Listener): void {
    for (const lane of LANES) {
      for (const slot of this.#slots[lane]) {
        if (slot.connection?.listener !== listener) continue;
        const isLost = slot.underWay !== undefined || !this.#isIdleTooLong(slot);
        slot.connection = undefined;
        this.#free(slot, { failure: { kind: 'reset' } });
        if (isLost) this.#lost();
      }
      this.#work(lane);
    }
  }

  #work(lane: Lane): void {
    const queue = this.#queues[lane];
    while (queue[0] !== undefined) {
      const slot = this.#freeSlot(lane);
      if (slot === undefined) return;
      const pending = queue.shift();
      if (pending?.settle === undefined) this.#release(pending);
      else this.#dispatch(slot, pending);
    }
  }

  #freeSlot(lane: Lane): Slot | undefined {
    const slots = this.#slots[lane];
    const free = slots.find((slot) => slot.underWay === undefined);
    if (free !== undefined || slots.length >= LANE_CONNECTIONS[lane]) return free;
    const added: Slot = { lane, underWay: undefined, connection: undefined, sentMs: 0, answeredMs: 0 };
    slots.push(added);
    return added;
  }

  #dispatch(slot: Slot, pending: Pending): void {
    const { network, machine, process } = this.#parts;
    if (slot.connection === undefined || this.#isIdleTooLong(slot)) {
      slot.connection = { listener: undefined };
      this.#opened++;
    }
    slot.underWay = pending;
    slot.sentMs = this.#parts.clock.monotonicMs();
    const concluded = (result: ExchangeResult): void => this.#concluded(slot, pending, result);
    network.carry(machine, process, this.address, pending.request, concluded, slot.connection);
  }

  #concluded(slot: Slot, pending: Pending, result: ExchangeResult): void {
    if (slot.underWay !== pending) return;
    slot.answeredMs = this.#parts.clock.monotonicMs();
    const isOver = 'failure' in result || result.answer.headers['connection'] === 'close';
    if (isOver) slot.connection = undefined;
    if ('answer' in result && result.answer.body.byteLength > pending.keepBytes + MAX_DISCARDED_BYTES) {
      return this.#giveUp(pending, { kind: 'reset' });
    }
    this.#free(slot, 'answer' in result ? { answer: kept(result.answer, pending.keepBytes) } : result);
    this.#work(slot.lane);
    if ('failure' in result && result.failure.kind === 'reset') this.#lost();
  }

  /** The connection takes a moment to end: what is given up at the same moment costs no connection of its own. */
  #giveUp(pending: Pending, failure: SendOutcome): void {
    const { lane } = pending.request;
    pending.settle?.({ failure });
    const slot = this.#slots[lane].find(({ underWay }) => underWay === pending);
    if (slot === undefined) return;
    const { network, machine } = this.#parts;
    const isMade = slot.connection?.listener !== undefined || !network.isSilent(machine, this.#peer);
    slot.connection = undefined;
    if (!isMade) return this.#keepConnecting(slot, pending);
    this.#free(slot);
    this.#parts.clock.setTimer(0, () => this.#work(lane));
  }

  /**
   * A connection that is being made outlives the request, which keeps its place, and is had or fails in its own time.
   */
  #keepConnecting(slot: Slot, pending: Pending): void {
    const { clock, network, machine } = this.#parts;
    const sinceMs = clock.monotonicMs() - slot.sentMs;
    for (const atMs of CONNECT_ATTEMPTS_MS) {
      if (atMs < sinceMs && atMs < CONNECT_TIMEOUT_MS) continue;
      clock.setTimer(atMs - sinceMs, () => {
        if (slot.underWay !== pending || (atMs < CONNECT_TIMEOUT_MS && network.isSilent(machine, this.#peer))) return;
        this.#free(slot);
        this.#work(slot.lane);
      });
    }
  }

  #isIdleTooLong({ answeredMs }: Slot): boolean {
    return this.#parts.clock.monotonicMs() - answeredMs >= IDLE_TIMEOUT_MS;
  }

  #free(slot: Slot, result?: PeerResult): void {
    const pending = slot.underWay;
    slot.underWay = undefined;
    this.#release(pending, result);
  }

  #release(pending: Pending | undefined, result?: PeerResult): void {
    if (pending === undefined) return;
    this.#requests--;
    this.#bytes -= pending.request.body.byteLength;
    if (result !== undefined) pending.settle?.(result);
  }

  #lost(): void {
    if (!this.#closed) this.#onLost();
  }
}

function kept(answer: HostAnswer, keepBytes: number): HostAnswer {
  return answer.body.byteLength <= keepBytes ? answer : { ...answer, body: answer.body.subarray(0, keepBytes) };
}
