// One process under test: plays the trials given as arguments, `scenario:seed` each, until an invariant is broken, and
// writes a line of JSON for each run. Loaded after `register.js`, so what it imports has the defect.
import { CATALOGUE } from '../scenarios/catalogue.js';
import { runScenario } from '../scenarios/run.js';
import { parseTrial, type Trial } from './trials.js';
import { MUTATION_VARIABLE } from './variable.js';

/** How one run of a child ended. */
export interface TrialReport extends Trial {
  /** The invariant that was broken; `null` where all held. */
  readonly invariant: string | null;
  readonly detail: string;
}

const wanted = process.env[MUTATION_VARIABLE];
const inForce: unknown = Reflect.get(globalThis, 'simMutation');
if (inForce !== wanted) throw new Error(`mutation ${wanted ?? 'none'} is wanted, ${String(inForce)} is in force`);

for (const trial of process.argv.slice(2).map(parseTrial)) {
  const scenario = CATALOGUE.get(trial.scenario);
  if (scenario === undefined) throw new Error(`there is no scenario ${trial.scenario}`);
  const { violation } = await runScenario(scenario, trial.seed);
  const report = { ...trial, invariant: violation?.invariant ?? null, detail: violation?.detail ?? '' };
  process.stdout.write(`${JSON.stringify(report satisfies TrialReport)}\n`);
  if (violation !== undefined) break;
}
