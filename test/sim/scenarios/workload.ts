import { type Rng, randomInt } from '../../../src/gossip/ports/rng.js';
import type { SimHost } from '../world/host.js';
import type { WriteOperation } from '../world/operation.js';
import type { World } from '../world/world.js';
import { arrivalMs, chance, pick, wholeBetween } from './draw.js';

export interface WorkloadOptions {
  /** Requests of all clients together. */
  readonly perSecond: number;
  /** Share of the requests that write. */
  readonly writeShare?: number;
  /** Keys of each enclave. */
  readonly keys?: number;
  /** Share of the values that are 100 KiB. */
  readonly largeShare?: number;
  /** Whom clients talk to, asked for each request. */
  readonly hosts?: () => readonly SimHost[];
}

const DEFAULTS = { writeShare: 0.4, keys: 20, largeShare: 0.002 };

const LARGE_BYTES = 100 * 1024;

/** Share of the writes that go to two nodes at once. */
const CONCURRENT_SHARE = 0.15;

/** Share of the writes after which somebody reads just before and just after the value ends. */
const EXPIRY_WATCH_SHARE = 0.5;

/**
 * Clients that write and read at random nodes. Keys begin with the enclave's name, so that data which crosses over is told
 * by its key. Bounded by the run: it draws its next request only when the one before is under way.
 */
export class Workload {
  readonly #world: World;
  readonly #rng: Rng;
  readonly #options: Required<WorkloadOptions>;
  #runs = false;

  constructor(world: World, options: WorkloadOptions) {
    this.#world = world;
    this.#rng = world.fork('workload');
    this.#options = { ...DEFAULTS, hosts: () => world.hosts, ...options };
  }

  start(): void {
    if (this.#runs) return;
    this.#runs = true;
    this.#schedule();
  }

  /** No request begins any more; reads that wait for a value to end still happen. */
  stop(): void {
    this.#runs = false;
  }

  #schedule(): void {
    this.#world.after(arrivalMs(this.#rng, this.#options.perSecond), () => {
      if (!this.#runs) return;
      this.#request();
      this.#schedule();
    });
  }

  #request(): void {
    const host = pick(this.#rng, this.#options.hosts());
    if (host === undefined) return;
    const key = `${host.enclave}/k${randomInt(this.#rng, this.#options.keys)}`;
    if (!chance(this.#rng, this.#options.writeShare)) {
      this.#world.clients.get(host, key);
      return;
    }
    this.#write(host, key);
    if (!chance(this.#rng, CONCURRENT_SHARE)) return;
    const other = this.#peerOf(host);
    if (other !== undefined) this.#write(other, key);
  }

  #write(host: SimHost, key: string): void {
    const operation = this.#world.clients.put(host, key, this.#ttlSeconds(), this.#bytes());
    if (operation.ttlSeconds < 60 && chance(this.#rng, EXPIRY_WATCH_SHARE)) this.#watchExpiry(operation);
  }

  /** Reads in the last milliseconds of a value and in the first ones after it, at its origin and at another node. */
  #watchExpiry(operation: WriteOperation): void {
    const { host, key, ttlSeconds } = operation;
    for (const offsetMs of [-5, 0, 5]) {
      this.#world.after(ttlSeconds * 1000 + offsetMs, () => {
        this.#world.clients.get(host, key);
        const other = this.#peerOf(host);
        if (other !== undefined) this.#world.clients.get(other, key);
      });
    }
  }

  #peerOf(host: SimHost): SimHost | undefined {
    const peers = this.#options.hosts().filter((other) => other !== host && other.enclave === host.enclave);
    return pick(this.#rng, peers);
  }

  #ttlSeconds(): number {
    const drawn = this.#rng.next();
    if (drawn < 0.4) return wholeBetween(this.#rng, 1, 5);
    if (drawn < 0.8) return wholeBetween(this.#rng, 6, 60);
    return wholeBetween(this.#rng, 300, 3600);
  }

  #bytes(): number {
    const drawn = this.#rng.next();
    if (drawn < this.#options.largeShare) return LARGE_BYTES;
    return drawn < 0.9 ? wholeBetween(this.#rng, 0, 64) : wholeBetween(this.#rng, 1024, 4096);
  }
}
