import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import { drawDelayMs, type Path } from './conditions.js';
import { linkName } from './links.js';
import type { Machine } from './machine.js';
import type { Network } from './network.js';

/** First time until a packet that got lost is sent again, and of one that opens a connection (RFC 6298), in milliseconds. */
export const RETRY_MS = 200;
export const SYN_RETRY_MS = 1000;

/** The time doubles with each attempt, up to this. */
const MAX_RETRY_MS = 60_000;

/** As often as Linux: about eight minutes by these times. */
const MAX_ATTEMPTS = 15;

/** A packet that the kernel of a machine sends until it has arrived. */
export interface Packet {
  readonly from: Machine;
  readonly to: Machine;
  readonly bytes: number;
  readonly retryMs: number;
  /** Asked before each attempt. */
  readonly isWanted: () => boolean;
  /** It has come as far as the path lets it: to the machine, or to whoever refuses on the way. */
  readonly onArrival: (path: Exclude<Path, 'silent'>) => void;
  readonly onGivenUp?: () => void;
}

/** What simulated links need of the world. */
export interface PacketPorts {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly rng: Rng;
}

/**
 * Packets under a reliable stream: what is lost, or vanishes on a silent path, is sent again. Links have the rate of a
 * path for themselves: requests do not take of it.
 */
export class SimPackets {
  readonly #ports: PacketPorts;
  /** World time until which what was sent before occupies a narrow path. Bounded by the paths of the run. */
  readonly #freeAtMs = new Map<string, number>();

  constructor(ports: PacketPorts) {
    this.#ports = ports;
  }

  send(packet: Packet): void {
    this.#attempt(packet, 0);
  }

  #attempt(packet: Packet, attempt: number): void {
    const { from, to, bytes, retryMs, onArrival, onGivenUp } = packet;
    if (!packet.isWanted()) return;
    if (attempt > MAX_ATTEMPTS) return onGivenUp?.();
    const { clock, network, rng } = this.#ports;
    const { loss, delay, bytesPerSecond } = network.conditions(from, to);
    const againMs = Math.min(MAX_RETRY_MS, retryMs * 2 ** attempt);
    const again = (ms: number) => clock.setTimer(Math.max(0, ms), () => this.#attempt(packet, attempt + 1));
    if (loss > 0 && rng.next() < loss) return void again(againMs);
    const travelMs = this.#queue(from, to, bytes, bytesPerSecond) + drawDelayMs(rng, delay);
    clock.setTimer(travelMs, () => {
      const { path } = network.conditions(from, to);
      if (path === 'silent' || !to.hasPower) again(againMs - travelMs);
      else onArrival(path);
    });
  }

  #queue(from: Machine, to: Machine, bytes: number, bytesPerSecond: number): number {
    if (bytesPerSecond === Number.POSITIVE_INFINITY || bytes === 0) return 0;
    const nowMs = this.#ports.clock.monotonicMs();
    const name = linkName(from, to);
    const freeAtMs = Math.max(nowMs, this.#freeAtMs.get(name) ?? 0) + (bytes * 1000) / bytesPerSecond;
    this.#freeAtMs.set(name, freeAtMs);
    return freeAtMs - nowMs;
  }
}
