import type { Check, Group } from './check.js';
import { CLUSTER_GROUPS } from './cluster/groups.js';
import { LIST_GROUPS } from './lists/groups.js';
import type { Selection } from './selection.js';
import { SINGLE_GROUPS } from './single/groups.js';

/** Every check that would run, as text: what `--list` prints. */
export function listChecks(selection: Selection): string {
  const single = section('Against one node', selection.of(SINGLE_GROUPS));
  const lists = section('Of signed root lists', selection.of(LIST_GROUPS));
  const cluster = section('Against a cluster', selection.of(CLUSTER_GROUPS));
  return [...single, ...lists, ...cluster].join('\n');
}

function section<Context>(title: string, groups: readonly Group<Context>[]): readonly string[] {
  if (groups.length === 0) return [];
  return [title, ...groups.flatMap((group) => [`  ${group.title}`, ...group.checks.map(line)])];
}

function line<Context>({ id, level, title, reference }: Check<Context>): string {
  return `    ${id} [${level}] ${title} (${reference})`;
}
