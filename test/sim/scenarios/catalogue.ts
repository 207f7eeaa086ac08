import { cleanStart } from './clean-start.js';
import { mixed } from './mixed.js';
import type { Scenario } from './scenario.js';

const SCENARIOS: readonly Scenario[] = [mixed, cleanStart(3, 10_000)];

/** Every scenario by its name. */
export const CATALOGUE: ReadonlyMap<string, Scenario> = new Map(SCENARIOS.map((scenario) => [scenario.name, scenario]));
