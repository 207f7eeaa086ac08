import { BRANCHES } from '../../gossip/repair/key-space.js';
import type { RepairStatus } from '../../gossip/repair/repairer.js';

/** What a node says of its data to whoever asks whether it is ready. It is, also while it catches up. */
export function repairLine(status: RepairStatus): string {
  switch (status.kind) {
    case 'alone':
      return 'no other replica to compare with';
    case 'catching-up':
      return `catching up with ${status.branchesLeft} of ${BRANCHES} ranges left`;
    case 'comparing':
      return 'comparing with other replicas';
    case 'equal':
      return `equal to ${status.memberId} ${Math.floor(status.ageMs / 1000)} s ago`;
  }
}
