import { MEMBER_MUTATIONS } from './member-mutations.js';
import type { Mutation } from './mutation.js';
import { QUORUM_MUTATIONS } from './quorum-mutations.js';
import { REPAIR_MUTATIONS } from './repair-mutations.js';
import { SPREAD_MUTATIONS } from './spread-mutations.js';
import { TREE_MUTATIONS } from './tree-mutations.js';
import { VALUE_MUTATIONS } from './value-mutations.js';

/** Every deliberate defect, in the order of the table. Names are unique. */
export const MUTATIONS: readonly Mutation[] = [
  ...QUORUM_MUTATIONS,
  ...VALUE_MUTATIONS,
  ...SPREAD_MUTATIONS,
  ...MEMBER_MUTATIONS,
  ...REPAIR_MUTATIONS,
  ...TREE_MUTATIONS,
];

export function mutationNamed(name: string): Mutation | undefined {
  return MUTATIONS.find((mutation) => mutation.name === name);
}
