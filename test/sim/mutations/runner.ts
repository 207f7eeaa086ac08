import { type Attempt, attempt } from './attempt.js';
import type { Fate } from './kill-table.js';
import type { Mutation } from './mutation.js';
import { type Trial, trialsOf } from './trials.js';

/** Processes at a time. */
const PROCESSES = 2;

/** A mutation that runs for longer makes work without end, which no invariant has seen. */
const MUTANT_MS = 90_000;

const CONTROL_MS = 240_000;

/** What becomes of each mutation, in their order; `onFate` is told as it turns out. */
export function runMutants(mutations: readonly Mutation[], onFate: (fate: Fate) => void): Promise<readonly Fate[]> {
  return inTurn(mutations, async (mutation) => {
    const fate = { mutation, attempt: await attempt(mutation.name, trialsOf(mutation), MUTANT_MS) };
    onFate(fate);
    return fate;
  });
}

/** Plays the trials with sound code; what goes wrong there, which should be nothing. */
export async function faultsOfSoundCode(trials: readonly Trial[]): Promise<readonly string[]> {
  const shares = Array.from({ length: PROCESSES }, (_, share) => trials.filter((_, i) => i % PROCESSES === share));
  const attempts = await inTurn(shares, (share) => attempt(undefined, share, CONTROL_MS));
  return attempts.map(faultOf).filter((fault) => fault !== undefined);
}

function faultOf({ reports, ending, stderr }: Attempt): string | undefined {
  const last = reports.at(-1);
  if (last !== undefined && last.invariant !== null) {
    return `${last.scenario}, seed ${last.seed}: ${last.invariant}: ${last.detail}`;
  }
  return ending === 'done' ? undefined : `${ending}: ${stderr}`;
}

/** Works through the items, a few at a time; the results come in the order of the items. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: PROCESSES }, worker));
  return results;
}
