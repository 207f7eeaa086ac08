/** A rule was not kept. Thrown inside a check, turned into its verdict by the runner. */
export class Unmet extends Error {
  override readonly name = 'Unmet';
}

export function expect(kept: boolean, otherwise: string): asserts kept {
  if (!kept) throw new Unmet(otherwise);
}

export function expectEqual(actual: unknown, expected: string | number | boolean | undefined, what: string): void {
  if (actual !== expected) throw new Unmet(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function expectOneOf(actual: unknown, allowed: readonly (string | number)[], what: string): void {
  if (!allowed.some((value) => value === actual)) {
    throw new Unmet(`${what}: expected ${allowed.map(show).join(' or ')}, got ${show(actual)}`);
  }
}

/** For messages: JSON, cut at 160 characters. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value));
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
