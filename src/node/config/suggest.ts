const MOST_SUGGESTIONS = 3;

/** Edits (insert, delete, replace) that turn `a` into `b`: Levenshtein's distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function words(name: string): string[] {
  return name.toLowerCase().split(/[-_]+/);
}

/**
 * The known names somebody who wrote `name` may have meant: those a few letters away, else those that contain all its
 * words (`port` means `http_port` or `gossip_port`).
 */
export function similarNames(name: string, known: readonly string[]): readonly string[] {
  // Also the bound on the work: the distance costs the product of the lengths.
  if (name.length > 64) return [];
  const wanted = name.toLowerCase();
  const allowance = Math.max(1, Math.floor(wanted.length / 3));
  const near = known
    .map((candidate) => ({ candidate, edits: distance(wanted, candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= allowance)
    .sort((a, b) => a.edits - b.edits);
  const nearest = near[0];
  if (nearest !== undefined) {
    return near
      .filter(({ edits }) => edits === nearest.edits)
      .map(({ candidate }) => candidate)
      .slice(0, MOST_SUGGESTIONS);
  }
  const parts = words(name);
  return known.filter((candidate) => parts.every((part) => words(candidate).includes(part))).slice(0, MOST_SUGGESTIONS);
}

/** `; did you mean X or Y?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const names = similarNames(name, known);
  return names.length === 0 ? '' : `; did you mean ${names.join(' or ')}?`;
}
