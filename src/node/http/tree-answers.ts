import type { TreeManager } from '../../tree/tree-manager.js';

/** What `/v1/status` says of this node's place in the tree. */
export function treeStatus({ role, substrate, transient }: TreeManager): Readonly<Record<string, unknown>> {
  if (role === 'substrate') return { role, children: substrate.children.length, room: substrate.room };
  const { state, reattachments, outbox } = transient.status;
  const { count, last } = reattachments;
  return {
    role,
    attachment: state,
    parent: parentOf(transient) ?? null,
    reattachments: { ...count, ...(last && { last }) },
    writes_waiting: outbox,
  };
}

/** What `/v1/topology` says of it. */
export function treeTopology({ role, substrate, transient }: TreeManager): Readonly<Record<string, unknown>> {
  if (role === 'transient') return { role, parent: parentOf(transient) ?? null, children: [] };
  return { role, children: substrate.children.map(({ id, enclave }) => ({ id, enclave })) };
}

function parentOf({ status }: TreeManager['transient']): object | undefined {
  const { parent } = status;
  return parent && { id: parent.id, address: parent.address, http_port: parent.httpPort };
}
