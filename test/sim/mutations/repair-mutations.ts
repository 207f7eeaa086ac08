import { INVARIANTS } from '../oracle/names.js';
import type { Mutation } from './mutation.js';

const HAS_ALL = 'all replicas are equal';

/** Replicas that stay different, or become equal in the wrong way, and removed nodes that come back. */
export const REPAIR_MUTATIONS: readonly Mutation[] = [
  {
    name: 'repair-never-compares',
    summary: 'a node compares what it holds with nobody',
    file: 'gossip/repair/repairer.ts',
    find: 'dueMs >= this.#dueMs',
    replace: 'true',
    scenarios: ['two-halves-refused'],
    caughtBy: [HAS_ALL, INVARIANTS.replicas],
  },
  {
    name: 'repair-takes-no-newer-version',
    summary: 'a replica that holds any version of a key takes no newer one from another',
    file: 'gossip/replication/applier.ts',
    find: 'compareVersions(known, entry.version) >= 0',
    replace: 'true',
    scenarios: ['two-halves-refused'],
    caughtBy: [HAS_ALL, INVARIANTS.replicas],
  },
  {
    name: 'newcomers-are-not-chosen-for-repair',
    summary: 'a node that is new compares with nobody',
    file: 'gossip/repair/partners.ts',
    find: 'isNewcomer || !this.#newcomers.has(id)',
    replace: '!isNewcomer && !this.#newcomers.has(id)',
    scenarios: ['fast-restart', 'late-joiner-2000'],
    caughtBy: [INVARIANTS.replicas, 'n1 has every value', 'n6 has every value'],
  },
  {
    name: 'removed-is-not-barred',
    summary: 'a node that was removed is listed again as soon as somebody speaks of it',
    file: 'gossip/membership/tombstones.ts',
    find: 'return extension === undefined || extension.incarnation <= tombstone.incarnation;',
    replace: 'return false;',
    scenarios: ['removed-alive'],
    caughtBy: [INVARIANTS.removals],
  },
  {
    name: 'removed-is-barred-by-its-incarnation-only',
    summary: 'what old nodes say of a removed node, without an incarnation, brings it back',
    file: 'gossip/membership/tombstones.ts',
    find: 'extension === undefined || extension.incarnation <= tombstone.incarnation',
    replace: 'extension !== undefined && extension.incarnation <= tombstone.incarnation',
    scenarios: ['removed-alive'],
    caughtBy: [INVARIANTS.removals],
  },
];
