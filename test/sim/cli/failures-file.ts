import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Outcome } from './outcome.js';

/** Where failures go, one JSON object a line, from the folder of the package. */
export const FAILURES_FILE = 'build/sim-failures.jsonl';

/** The same from anywhere. */
export function failuresPath(): string {
  return join(packageFolder(), FAILURES_FILE);
}

/** Keeps failures for those who look later. What cannot be written is no reason to stop looking for more. */
export class FailuresFile {
  readonly #path: string;
  readonly #warn: (text: string) => void;
  #hasWarned = false;

  /** `warn` is told once of what cannot be written. */
  constructor(path: string, warn: (text: string) => void) {
    this.#path = path;
    this.#warn = warn;
  }

  /** Whether the failure, if there is one, has been written. */
  keep({ scenario, seed, failure }: Outcome): boolean {
    if (failure === undefined) return true;
    const { invariant, atMs, detail } = failure;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      appendFileSync(this.#path, `${JSON.stringify({ scenario, seed, invariant, atMs, detail })}\n`);
      return true;
    } catch (error) {
      if (!this.#hasWarned) this.#warn(`failures are shown only: ${error instanceof Error ? error.message : error}`);
      this.#hasWarned = true;
      return false;
    }
  }
}

/** The nearest folder above this file that holds a package, compiled or not. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
