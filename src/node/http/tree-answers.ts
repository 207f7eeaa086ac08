import type { ReattachmentStatus } from '../../tree/transient/reattachments.js';
import type { TransientStatus } from '../../tree/transient/transient.js';
import type { TreeManager } from '../../tree/tree-manager.js';

/** What `/v1/status` says of this node's place in the tree. */
export function treeStatus({ role, substrate, transient }: TreeManager): Readonly<Record<string, unknown>> {
  if (role === 'substrate') return { role, children: substrate.children.length, room: substrate.room };
  const { state, parent, reattachments, outbox } = transient.status;
  const { counts, last } = reattachments;
  return {
    role,
    attachment: state,
    parent: parentJson(parent),
    reattachments: { ...counts, ...(last && { last: lastOf(last) }) },
    writes_waiting: outbox.writes,
  };
}

/** What `/v1/topology` says of it. */
export function treeTopology({ role, substrate, transient }: TreeManager): Readonly<Record<string, unknown>> {
  if (role === 'transient') return { role, parent: parentJson(transient.status.parent), children: [] };
  return { role, children: substrate.children.map(({ id, enclave }) => ({ id, enclave })) };
}

function lastOf({ cause, durationMs, atMs }: NonNullable<ReattachmentStatus['last']>): object {
  return { cause, duration_ms: Math.round(durationMs), at: new Date(atMs).toISOString() };
}

function parentJson(parent: TransientStatus['parent']): object | null {
  return parent === undefined ? null : { id: parent.id, address: parent.address, http_port: parent.httpPort };
}
