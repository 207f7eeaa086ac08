import { formatHostPort, type HostPort, sameHostPort } from '../../gossip/address.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { type Rng, shuffledByWeight } from '../../gossip/ports/rng.js';
import type { Self } from '../../gossip/self.js';
import { type Candidate, MAX_ALTERNATIVES, MAX_VIEW_MEMBERS } from '../frame.js';
import type { Target } from './line.js';

/** Most addresses that are known to be this node itself. */
export const MAX_SHUNNED = 1024;

/** How a candidate weighs that has not said how many children it takes. */
const UNKNOWN_ROOM = 1;

/**
 * - `any`: whoever takes this node in.
 * - `home`: nodes known to be of its own enclave.
 */
export type Scope = 'any' | 'home';

/** Where this node can attach to, as far as it knows. */
export class Candidates {
  readonly #rng: Rng;
  readonly #self: Self;
  readonly #seeds: () => readonly HostPort[];
  /** Of the last goodbye. Bounded by `MAX_ALTERNATIVES`. */
  #alternatives: readonly Target[] = [];
  /** Of the last view. Bounded by `MAX_VIEW_MEMBERS`, those of the own enclave first. */
  #members: readonly Target[] = [];
  /** Addresses at which this node answers itself. Bounded by `MAX_SHUNNED`: beyond it, none is added. */
  readonly #shunned = new Set<string>();
  #lost: Target | undefined;
  readonly #dropped: Counter;

  constructor(
    ports: { readonly rng: Rng; readonly metrics: Metrics },
    self: Self,
    parts: { readonly seeds: () => readonly HostPort[] },
  ) {
    this.#rng = ports.rng;
    this.#self = self;
    this.#seeds = parts.seeds;
    this.#dropped = ports.metrics.counter(
      'repram_tree_candidates_dropped_total',
      'Nodes to attach to that were not remembered, because there were too many.',
    );
  }

  /** Those of the last view. */
  get members(): readonly Candidate[] {
    return this.#members.map(candidateOf);
  }

  /** How many addresses there are to try. */
  get count(): number {
    return this.#distinct(this.#groups().flat()).length;
  }

  /** Takes note of whom a parent that says goodbye names in its place, and draws their order. */
  suggest(alternatives: readonly Candidate[], scope: Scope): readonly Target[] {
    this.#alternatives = alternatives.slice(0, MAX_ALTERNATIVES).map(targetOf);
    return this.#isolate(scope, this.#drawn(this.#alternatives), undefined);
  }

  /** The members that the parent knows take the place of those known before. */
  learn(members: readonly Candidate[]): void {
    const [own, others] = this.#byEnclave(members.map(targetOf).filter((target) => this.#isUsable(target)));
    const known = [...own, ...others];
    this.#members = known.slice(0, MAX_VIEW_MEMBERS);
    this.#dropped.inc(known.length - this.#members.length);
  }

  /** Another member there is. */
  add(member: Candidate): void {
    const others = this.#members.filter(({ address }) => !sameHostPort(address, targetOf(member).address));
    this.learn([...others.map(candidateOf), member]);
  }

  /** This node is attached: what the last goodbye named, and who was lost before, counts no more. */
  settled(): void {
    this.#alternatives = [];
    this.#lost = undefined;
  }

  /** The parent there was goes last from now on; an older one is named by nobody else, perhaps. */
  lost(parent: Target): void {
    this.#lost = parent;
  }

  /** Who answers there is this node, or bears its id: never again. */
  shun(address: HostPort): void {
    if (this.#shunned.size < MAX_SHUNNED) this.#shunned.add(formatHostPort(address));
    else this.#dropped.inc();
  }

  /** Whether a node of the own enclave is known that is not at `parent`. */
  knowsHome(parent: HostPort): boolean {
    return this.#isolate('home', [...this.#alternatives, ...this.#members], parent).length > 0;
  }

  /**
   * The candidates of one round, each address once, in the order in which they are tried: what the last goodbye named, the
   * members known, those of the own enclave first, the seeds; the parent that was lost last of all. Within each of these
   * groups the order is random, weighted by room, so that the children of one parent spread.
   *
   * @param except the address of a parent that is still there
   */
  round(scope: Scope, except?: HostPort): readonly Target[] {
    const ordered = this.#groups().flatMap((group) => this.#drawn(group));
    const isLost = ({ address }: Target): boolean =>
      this.#lost !== undefined && sameHostPort(address, this.#lost.address);
    const targets = this.#isolate(scope, ordered, except);
    return [...targets.filter((target) => !isLost(target)), ...targets.filter(isLost)];
  }

  #groups(): readonly (readonly Target[])[] {
    const seeds = this.#seeds().map((address) => ({ address }));
    return [this.#alternatives, ...this.#byEnclave(this.#members), seeds, this.#lost ? [this.#lost] : []];
  }

  #isolate(scope: Scope, targets: readonly Target[], except: HostPort | undefined): readonly Target[] {
    return this.#distinct(targets)
      .filter(({ enclave }) => scope === 'any' || enclave === this.#self.enclave)
      .filter(({ address }) => except === undefined || !sameHostPort(address, except));
  }

  /** Those of the own enclave, and the others. */
  #byEnclave(targets: readonly Target[]): [readonly Target[], readonly Target[]] {
    const isOwn = ({ enclave }: Target): boolean => enclave === this.#self.enclave;
    return [targets.filter(isOwn), targets.filter((target) => !isOwn(target))];
  }

  #distinct(targets: readonly Target[]): readonly Target[] {
    const seen = new Set<string>();
    return targets.filter((target) => {
      const name = formatHostPort(target.address);
      const isNew = !seen.has(name) && this.#isUsable(target);
      seen.add(name);
      return isNew;
    });
  }

  #isUsable({ id, address }: Target): boolean {
    const isSelf = id === this.#self.id || sameHostPort(address, this.#self.address);
    return !isSelf && !this.#shunned.has(formatHostPort(address));
  }

  /** Who is known to be full comes last. */
  #drawn(targets: readonly Target[]): readonly Target[] {
    return shuffledByWeight(this.#rng, targets, ({ room }) => room ?? UNKNOWN_ROOM);
  }
}

function targetOf({ id, address, httpPort, enclave, room }: Candidate): Target {
  return { address: { host: address, port: httpPort }, id, enclave, ...(room !== undefined && { room }) };
}

function candidateOf({ id = '', address, enclave = '', room }: Target): Candidate {
  return { id, address: address.host, httpPort: address.port, enclave, ...(room !== undefined && { room }) };
}
