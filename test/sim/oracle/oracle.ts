import type { Entry, PutOutcome } from '../../../src/gossip/ports/store.js';
import type { SimHost } from '../world/host.js';
import type { SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { SimProcess } from '../world/process.js';
import type { World } from '../world/world.js';
import { Acquaintances } from './acquaintances.js';
import { WritesAreAnswered } from './answers.js';
import { AttachedToOne } from './attachment.js';
import { ValuesAreGenuine } from './authenticity.js';
import { BoundsHold } from './bounds.js';
import { CarriedQuorumIsHeld } from './carried-quorum.js';
import { Cast } from './cast.js';
import { Convergence } from './convergence.js';
import { SentDownOnce } from './downlink.js';
import { EnclavesKeepTheirData } from './enclaves.js';
import { ExpiredIsGone } from './expiry.js';
import { GoodbyesAreBelieved } from './goodbyes.js';
import { ClientsSeeOneOrder } from './history.js';
import { VersionsAreNames } from './identity.js';
import { IdleWatch } from './idle.js';
import type { Invariant } from './invariant.js';
import { isOurs, Ledger } from './ledger.js';
import { TableKeepsItsRules } from './members.js';
import { QuorumIsHeld } from './quorum.js';
import { Reattachment } from './reattachment.js';
import { SeedsAreAskedInTurn } from './recovery.js';
import { RemovedStayAway } from './removals.js';
import { OnceIsEnough } from './repetition.js';
import { firstDifference } from './replicas.js';
import { type AtRestOptions, type AtRestReport, comeToRest, type RestParts } from './rest.js';
import { StoredIsKept } from './retention.js';
import { RootListsAreTrusted } from './root-lists.js';
import { NobodyIsFlooded } from './storms.js';
import { EvictionTakesEvidence } from './strikes.js';
import { TreeWatch } from './tree-watch.js';

export type { AtRestOptions, AtRestReport } from './rest.js';

const SCAN_INTERVAL_MS = 1000;

/** Watches a world for every invariant. Whatever breaks one ends the run: see `World.violated`. */
export class Oracle implements WorldObserver {
  /** To be told of nodes that nobody reaches. */
  readonly removals: RemovedStayAway;
  /** Who is attached to whom. */
  readonly tree: TreeWatch;
  readonly #world: World;
  readonly #ledger: Ledger;
  readonly #invariants: readonly Invariant[];
  readonly #rest: RestParts;
  #nextScanMs: number;

  constructor(world: World) {
    this.#world = world;
    this.#nextScanMs = world.elapsedMs + SCAN_INTERVAL_MS;
    this.#ledger = new Ledger(world);
    const cast = new Cast(world);
    const tree = new TreeWatch(cast);
    this.tree = tree;
    const acquaintances = new Acquaintances(world, cast);
    const convergence = new Convergence(world);
    const idle = new IdleWatch(world, cast);
    this.removals = new RemovedStayAway(world, cast);
    const history = new ClientsSeeOneOrder(world, cast);
    this.#invariants = [
      new ExpiredIsGone(world, this.#ledger),
      new QuorumIsHeld(world, cast, acquaintances),
      new StoredIsKept(world, this.#ledger),
      new EnclavesKeepTheirData(world, cast),
      new VersionsAreNames(world),
      new BoundsHold(world, cast, tree),
      new SeedsAreAskedInTurn(world, cast),
      new TableKeepsItsRules(world, cast),
      new GoodbyesAreBelieved(world, cast),
      this.removals,
      new EvictionTakesEvidence(world, cast),
      new OnceIsEnough(world, cast),
      new NobodyIsFlooded(world, cast),
      new WritesAreAnswered(world),
      new AttachedToOne(world, tree),
      new CarriedQuorumIsHeld(world, tree, acquaintances),
      new SentDownOnce(world, tree),
      history,
      new ValuesAreGenuine(world),
      new RootListsAreTrusted(world),
    ];
    const reattachment = new Reattachment(world, tree);
    this.#rest = { ledger: this.#ledger, convergence, reattachment, idle, history, invariants: this.#invariants };
    // `cast` and `tree` are first: all ask them who is who.
    for (const observer of [cast, tree, this, convergence, idle, acquaintances, ...this.#invariants]) {
      world.observe(observer);
    }
  }

  started(host: SimHost): void {
    if (isOurs(host)) this.#ledger.start(host);
  }

  ended(host: SimHost): void {
    if (isOurs(host)) this.#ledger.end(host);
  }

  stored(node: SimNode, entry: Entry, outcome: PutOutcome): void {
    const sighting = this.#ledger.stored(node, entry, outcome);
    for (const invariant of this.#invariants) invariant.offered?.(sighting);
  }

  stepped(ran: ReadonlySet<SimProcess>): void {
    this.#ledger.ran(ran);
    if (this.#world.elapsedMs < this.#nextScanMs) return;
    this.#nextScanMs = this.#world.elapsedMs + SCAN_INTERVAL_MS;
    for (const invariant of this.#invariants) invariant.scan?.();
    this.#ledger.prune();
  }

  /** Where the replicas of an enclave differ now, in words; `undefined` where they do not. */
  get difference(): string | undefined {
    return firstDifference(this.#world, this.#ledger)?.detail;
  }

  /**
   * Lets the world come to rest and looks at it there. To be called once faults have stopped: the network is sound,
   * nobody is stalled or about to end, and no client writes any more.
   *
   * @throws InvariantViolated
   */
  async atRest(options: AtRestOptions = {}): Promise<AtRestReport> {
    return comeToRest(this.#world, this.#rest, options);
  }
}

/** Installs every invariant on a world. Best before its first process starts: what was before is not known. */
export function watch(world: World): Oracle {
  return new Oracle(world);
}
