/** What one kind of measurement yields: every figure by name, a value for each time it was taken. */
export type Figures = Readonly<Record<string, readonly number[]>>;

/** Puts the values of several runs together, in the order of the runs. */
export function joinFigures(runs: readonly Figures[]): Figures {
  const joined: Record<string, number[]> = {};
  for (const figures of runs) {
    for (const [name, values] of Object.entries(figures)) joined[name] = [...(joined[name] ?? []), ...values];
  }
  return joined;
}
