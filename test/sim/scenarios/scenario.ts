import type { Oracle } from '../oracle/oracle.js';
import type { World, WorldOptions } from '../world/world.js';

/** Something that happens to a cluster. All that is drawn is drawn from the world's seed. */
export interface Scenario {
  /** In words joined by hyphens: what `--scenario` takes. */
  readonly name: string;
  /** One line for a list of them. */
  readonly summary: string;
  /** What the world has to be like, by its seed. */
  readonly world?: (seed: number) => WorldOptions;
  /**
   * Plays it to its end. The invariants are watched meanwhile; what holds only at rest the scenario asks the oracle for.
   *
   * @throws InvariantViolated
   */
  readonly play: (world: World, oracle: Oracle) => Promise<void>;
}
