import { formatHostPort, type HostPort } from '../../../src/gossip/address.js';
import type { Clock } from '../../../src/gossip/ports/clock.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import { formatPublicKey } from '../../../src/omega/keys.js';
import type { Resolver, TxtAnswer } from '../../../src/omega/ports/resolver.js';
import { pointerName } from '../../../src/omega/sources.js';
import { KEYS, MemoryFiles, OTHER_KEYS, signedLine } from '../../support/root-lists.js';
import type { Machine } from './machine.js';

/**
 * What DNS gives: the list last published; nothing, at once or after a while; an older list; or one that is none, since
 * another key signed it, a bit of it was turned, or it has expired.
 */
export type Weather = 'truth' | 'down' | 'silent' | 'old' | 'forged';

export const DOMAIN = 'net.sim';
/** What nodes trust. */
export const PUBLIC_KEY: string = formatPublicKey(KEYS.publicKey);

const LIST_NAME = `_roots.${DOMAIN}`;
const SLOWEST_MS = 200;
const SILENCE_MS = 4000;
const EVIL: readonly string[] = ['10.9.9.9:8080'];

/** The root lists of a world: who publishes them, and DNS. One key signs them. */
export class Discovery {
  /** What DNS gives everybody it reaches. */
  weather: Weather = 'truth';
  /** Machines that DNS does not reach. Bounded by the machines of the run. */
  readonly cutOff = new Set<Machine>();
  readonly #rng: () => Rng;
  /** In the order of publication. Bounded by the scenario. */
  readonly #published: string[] = [];
  readonly #genuine = new Set<string>();
  /** The disk of each machine: it outlives the processes. */
  readonly #disks = new Map<Machine, MemoryFiles>();
  #drawn: Rng | undefined;
  #newestS = 0;

  /** @param rng drawn from the first time it is needed */
  constructor(rng: () => Rng) {
    this.#rng = rng;
  }

  /** Publishes a list that expires at `expiresS`, or as soon afterwards as makes it newer than all before. */
  publish(roots: readonly HostPort[], expiresS: number): void {
    const nodes = roots.map(formatHostPort);
    this.#newestS = Math.max(Math.floor(expiresS), this.#newestS + 1);
    this.#published.push(signedLine({ expiresS: this.#newestS, nodes }));
    this.#genuine.add(nameOf(this.#newestS, nodes));
  }

  /** Whether such a list was published. */
  isGenuine(expiresS: number, nodes: readonly string[]): boolean {
    return this.#genuine.has(nameOf(expiresS, nodes));
  }

  /** DNS and the disk, as the process on this machine has them. */
  portsOf(machine: Machine, clock: Clock): { readonly resolver: Resolver; readonly files: MemoryFiles } {
    const files = this.#disks.get(machine) ?? new MemoryFiles();
    this.#disks.set(machine, files);
    return { resolver: { txt: (name) => this.#answer(name, machine, clock) }, files };
  }

  async #answer(name: string, machine: Machine, clock: Clock): Promise<TxtAnswer> {
    await clock.sleep(this.#draw() * SLOWEST_MS);
    const isSilent = this.cutOff.has(machine) || this.weather === 'silent';
    if (isSilent) await clock.sleep(SILENCE_MS);
    // Who was cut off when the question was asked gets no answer, whatever is so by now.
    if (isSilent || this.weather === 'down') return { kind: 'failed', reason: isSilent ? 'ETIMEOUT' : 'ECONNREFUSED' };
    if (name === pointerName(DOMAIN)) return { kind: 'found', records: [`omega=${LIST_NAME}`] };
    const record = name === LIST_NAME ? this.#record() : undefined;
    return record === undefined ? { kind: 'none' } : { kind: 'found', records: [record] };
  }

  #record(): string | undefined {
    const newest = this.#published.at(-1);
    if (this.weather === 'old') return this.#published[Math.floor(this.#draw() * this.#published.length)];
    return this.weather === 'forged' && newest !== undefined ? this.#forged(newest) : newest;
  }

  #forged(genuine: string): string {
    const expiresS = this.#newestS + 1000;
    const kind = Math.floor(this.#draw() * 3);
    if (kind === 0) return signedLine({ expiresS, nodes: EVIL, keys: OTHER_KEYS });
    if (kind === 1) return signedLine({ expiresS: 1, nodes: EVIL });
    const bytes = Buffer.from(genuine);
    const at = Math.floor(this.#draw() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.#draw() * 7));
    return bytes.toString('latin1');
  }

  #draw(): number {
    this.#drawn ??= this.#rng();
    return this.#drawn.next();
  }
}

function nameOf(expiresS: number, nodes: readonly string[]): string {
  return `${expiresS} ${[...nodes].sort().join()}`;
}
