import { defaultConfig } from '../../../src/node/config/resolve.js';
import type { SimHost } from '../world/host.js';
import { isTransient, type SimNode } from '../world/node.js';
import type { WorldObserver } from '../world/observer.js';
import type { World } from '../world/world.js';

/** What the time that member tables take to converge depends on, in milliseconds. */
export interface ConvergenceTiming {
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  readonly syncIntervalMs: number;
  readonly recoveryIntervalMs: number;
  /** Most seeds of any node. */
  readonly seeds: number;
  /** Nodes of the old protocol among them. */
  readonly legacy: number;
}

const SEND_TIMEOUT_MS = 5000;
const LONGEST_RETRY_PAUSE_MS = 4000;
const LONGEST_ROUND_PAUSE_MS = 10_000;
const STRIKES = 3;
const LEGACY_PING_INTERVAL_MS = 30_000;

/**
 * Time within which member tables converge once faults are over, in milliseconds: the sum of what may have to happen
 * one after the other, each at its longest.
 *
 * - A node that is alone finds the others: a recovery cycle begins within one interval, and asks every seed at least
 *   once in the longest pause and the time that silent seeds take.
 * - Groups find each other: every seed where no member lives is asked once in ten seconds.
 * - A member held for dead is asked again: one a period, in rounds of random order, so after at most two rounds.
 * - News spreads: each exchange of topology doubles who knows, one a node and interval. Three intervals more, because
 *   partners are drawn at random and may know already.
 * - A dead process is found out: its turn comes in two rounds, and two more strikes take a period each. News may bring
 *   it back up to here, so this comes last.
 * - Old nodes find out by three pings of theirs, and tell of the dead until then.
 */
export function convergenceBoundMs(nodes: number, timing: Partial<ConvergenceTiming> = {}): number {
  const { pingIntervalMs, pingTimeoutMs, syncIntervalMs, recoveryIntervalMs } = { ...defaultConfig(), ...timing };
  const { seeds = 3, legacy = 0 } = timing;
  const askingMs = 2 * seeds * SEND_TIMEOUT_MS;
  const roundsMs = 2 * nodes * pingIntervalMs;
  const recoveryMs = recoveryIntervalMs + LONGEST_RETRY_PAUSE_MS + askingMs;
  const meetingMs = Math.min(recoveryIntervalMs, LONGEST_ROUND_PAUSE_MS) + askingMs;
  const revivalMs = roundsMs + pingTimeoutMs;
  const spreadMs = (Math.ceil(Math.log2(Math.max(2, nodes))) + 3) * syncIntervalMs;
  const detectionMs = roundsMs + STRIKES * (pingIntervalMs + pingTimeoutMs);
  const legacyMs = legacy === 0 ? 0 : (STRIKES + 1) * LEGACY_PING_INTERVAL_MS;
  return recoveryMs + meetingMs + revivalMs + spreadMs + detectionMs + legacyMs;
}

/** The bound for the nodes that run in a world, by their own configuration. */
export function convergenceBoundOf(world: World): number {
  const { members, hosts, nodes } = world;
  const most = (of: (node: SimNode) => number): number => Math.max(...members.map(of));
  if (members.length === 0) return 0;
  const legacy = hosts.length - nodes.length;
  return convergenceBoundMs(members.length + legacy, {
    pingIntervalMs: most(({ config }) => config.pingIntervalMs),
    pingTimeoutMs: most(({ config }) => config.pingTimeoutMs),
    syncIntervalMs: most(({ config }) => config.syncIntervalMs),
    recoveryIntervalMs: most(({ config }) => config.recoveryIntervalMs),
    seeds: most(({ config }) => config.peers.length),
    legacy,
  });
}

/**
 * Whether every member of ours lists exactly the members that run, itself left out, and no transient anybody. Asked after every step, so it looks
 * only when something has changed, and first at the node that was wrong the last time.
 */
export class Convergence implements WorldObserver {
  readonly #world: World;
  #changed = true;
  #is = false;
  #suspect: SimNode | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  memberChanged(): void {
    this.#changed = true;
  }

  started(): void {
    this.#changed = true;
  }

  ended(): void {
    this.#changed = true;
  }

  get isReached(): boolean {
    if (this.#changed) {
      this.#changed = false;
      this.#is = this.#look();
    }
    return this.#is;
  }

  /** One line for each node that lists others than it should. */
  describe(): string {
    const members = this.#ids();
    const lines = this.#world.nodes.flatMap((node) => {
      const ids = node.isTransient ? NOBODY : members;
      const listed = new Set(node.peers);
      const missing = [...ids].filter((id) => id !== node.id && !listed.has(id));
      const surplus = node.peers.filter((id) => id === node.id || !ids.has(id));
      if (missing.length === 0 && surplus.length === 0) return [];
      return [`${node.id} lacks [${missing.join(' ')}] and lists [${surplus.join(' ')}]`];
    });
    return lines.join('; ');
  }

  #look(): boolean {
    const ids = this.#ids();
    if (this.#suspect !== undefined && !this.#suspect.process.hasEnded && !listsAll(this.#suspect, ids)) return false;
    this.#suspect = this.#world.nodes.find((node) => !listsAll(node, ids));
    return this.#suspect === undefined;
  }

  #ids(): ReadonlySet<string> {
    return new Set(this.#world.hosts.filter((host) => !isTransient(host)).map((host: SimHost) => host.id));
  }
}

const NOBODY: ReadonlySet<string> = new Set();

function listsAll(node: SimNode, ids: ReadonlySet<string>): boolean {
  const { members } = node.core.gossip;
  const live = members.live();
  if (node.isTransient) return live.length === 0;
  return live.length === ids.size - 1 && live.every(({ id }) => id !== node.id && ids.has(id));
}
