import type { Group } from '../check.js';
import type { ListBench } from './list-bench.js';
import { publishingGroup } from './publishing.js';
import { signingGroup } from './signing.js';
import { verifyingGroup } from './verifying.js';

export const LIST_GROUPS: readonly Group<ListBench>[] = [signingGroup, verifyingGroup, publishingGroup];
