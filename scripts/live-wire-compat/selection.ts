import type { Group } from './check.js';

/** Which checks run. A pattern matches an id it is part of; with `*` it has to match the whole id. */
export class Selection {
  readonly #patterns: readonly RegExp[];

  constructor(patterns: readonly string[] = []) {
    this.#patterns = patterns.map(toExpression);
  }

  takes(id: string): boolean {
    return this.#patterns.length === 0 || this.#patterns.some((pattern) => pattern.test(id));
  }

  /** The groups with the checks that run, without the groups that are left empty. */
  of<Context>(groups: readonly Group<Context>[]): readonly Group<Context>[] {
    return groups
      .map((group) => ({ ...group, checks: group.checks.filter((check) => this.takes(check.id)) }))
      .filter((group) => group.checks.length > 0);
  }
}

function toExpression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return pattern.includes('*') ? new RegExp(`^${escaped.replaceAll('*', '.*')}$`) : new RegExp(escaped);
}
