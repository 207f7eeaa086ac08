import type { Group } from '../check.js';
import type { Arena } from './arena.js';
import { crashesGroup } from './crashes.js';
import { enclavesGroup } from './enclaves.js';
import { formationGroup } from './formation.js';
import { idlenessGroup } from './idleness.js';
import { overwritesGroup } from './overwrites.js';
import { parentsGroup } from './parents.js';
import { replicationGroup } from './replication.js';
import { secretsGroup } from './secrets.js';
import { transientsGroup } from './transients.js';
import { treesGroup } from './trees.js';

export const CLUSTER_GROUPS: readonly Group<Arena>[] = [
  formationGroup,
  replicationGroup,
  overwritesGroup,
  enclavesGroup,
  secretsGroup,
  parentsGroup,
  transientsGroup,
  treesGroup,
  idlenessGroup,
  crashesGroup,
];
