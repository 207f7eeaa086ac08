import { watch } from '../oracle/oracle.js';
import type { LoggedEvent } from '../world/event-log.js';
import type { WorldObserver } from '../world/observer.js';
import { InvariantViolated, type Violation } from '../world/violation.js';
import { World } from '../world/world.js';
import type { Scenario } from './scenario.js';
import { type Tally, tallyOf } from './tally.js';

export interface RunOptions {
  /** Called with every event as it happens. */
  readonly onEvent?: (event: LoggedEvent) => void;
  /** Watches besides the oracle. */
  readonly observer?: (world: World) => WorldObserver;
}

/** How a run went. The same scenario and seed give the same report, whoever asks. */
export interface RunReport {
  readonly scenario: string;
  readonly seed: number;
  /** The first invariant that was broken; `undefined` where all of them held to the end. */
  readonly violation: Violation | undefined;
  /** SHA-256 over the event log. */
  readonly digest: string;
  /** Lines in the event log. */
  readonly events: number;
  /** Milliseconds that passed in the world. */
  readonly simulatedMs: number;
  readonly tally: Tally;
}

/** Plays a scenario in a world of its own, with every invariant watched. Never rejects. */
export async function runScenario(scenario: Scenario, seed: number, options: RunOptions = {}): Promise<RunReport> {
  const { onEvent, observer } = options;
  const world = new World(seed, { ...scenario.world?.(seed), ...(onEvent && { onEvent }) });
  const tally = tallyOf(world);
  if (observer !== undefined) world.observe(observer(world));
  const violation = await violationOf(world, () => scenario.play(world, watch(world)));
  return {
    scenario: scenario.name,
    seed,
    violation,
    digest: world.log.digest(),
    events: world.log.count,
    simulatedMs: world.elapsedMs,
    tally,
  };
}

async function violationOf(world: World, play: () => Promise<void>): Promise<Violation | undefined> {
  try {
    await play();
    return undefined;
  } catch (error) {
    if (error instanceof InvariantViolated) return error.violation;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { invariant: 'the scenario plays to its end', atMs: world.elapsedMs, detail };
  }
}
