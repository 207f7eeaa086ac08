import type { Attempt } from './attempt.js';
import type { TrialReport } from './child.js';
import type { Mutation } from './mutation.js';

/** A mutation and what became of it. */
export interface Fate {
  readonly mutation: Mutation;
  readonly attempt: Attempt;
}

/** The run that caught a mutation; `undefined` where it survived. */
export function catchOf({ attempt }: Fate): TrialReport | undefined {
  const last = attempt.reports.at(-1);
  return last?.invariant === null ? undefined : last;
}

/** One line for the terminal. */
export function describeFate(fate: Fate): string {
  const { mutation, attempt } = fate;
  const caught = catchOf(fate);
  if (caught !== undefined) {
    const { scenario, seed, invariant } = caught;
    const surprise = isExpected(fate) ? '' : ' (not the one it was made for)';
    return `caught    ${mutation.name}: ${invariant}${surprise}, ${scenario}, seed ${seed}, run ${attempt.reports.length}`;
  }
  const how = attempt.ending === 'done' ? '' : ` ${attempt.ending}: ${attempt.stderr.trim().slice(0, 500)}`;
  return `SURVIVED  ${mutation.name}: ${attempt.reports.length} runs${how}`;
}

/** Whether one of the invariants caught it that are there to. */
export function isExpected(fate: Fate): boolean {
  const invariant = catchOf(fate)?.invariant;
  return invariant !== undefined && invariant !== null && fate.mutation.caughtBy.includes(invariant);
}

/** The page of the documentation. The same code and the same list give the same page. */
export function killPage(fates: readonly Fate[]): string {
  const caught = fates.filter((fate) => catchOf(fate) !== undefined);
  return `${PREFACE}
${caught.length} of ${fates.length} are caught.

| defect | the broken code | caught by the invariant | scenario | seed | run |
| --- | --- | --- | --- | --- | --- |
${fates.map(rowOf).join('\n')}
`;
}

const PREFACE = `# Does the simulation catch a broken protocol?

Written by \`npm run sim:mutants -- --write\`; do not edit.

Each row is a defect that was put into the node on purpose, one at a time, by a loader that patches one module as it is read
(\`test/sim/mutations\`). The node then plays the scenarios made for such a defect, and the mixed one over a fixed list of
seeds, until an invariant is broken; \`run\` says how many runs that took. Sound code passes all of these runs.
`;

function rowOf(fate: Fate): string {
  const { name, summary } = fate.mutation;
  const caught = catchOf(fate);
  const ending =
    caught === undefined
      ? '**survives** | – | – | –'
      : `${caught.invariant} | ${caught.scenario} | ${caught.seed} | ${fate.attempt.reports.length}`;
  return `| ${name} | ${summary} | ${ending} |`;
}
