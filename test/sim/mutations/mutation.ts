/** A deliberate defect: one place in the product's code, made wrong. */
export interface Mutation {
  /** In words joined by hyphens: what `--only` takes. */
  readonly name: string;
  /** What the broken code does. */
  readonly summary: string;
  /** The source file, from `src`. */
  readonly file: string;
  /**
   * A part of one line that occurs once in the source and once in the JavaScript compiled from it, so it holds no
   * types. The patch is applied to the JavaScript; that the source still has it, a test checks without compiling.
   */
  readonly find: string;
  readonly replace: string;
  /** Scenarios made for such a defect: they are tried before the mixed one. */
  readonly scenarios?: readonly string[];
  /** The invariants that are there to catch it. Another one may be faster. */
  readonly caughtBy: readonly string[];
}

/**
 * The code with the defect.
 *
 * @throws Error unless the text to replace occurs exactly once
 */
export function mutated(code: string, { name, file, find, replace }: Mutation): string {
  const count = occurrences(code, find);
  if (count !== 1) throw new Error(`mutation ${name}: the text to replace occurs ${count} times in ${file}`);
  return code.replace(find, () => replace);
}

export function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}
