/**
 * How many copies, the writer's own included, make a write durable: a majority of the replicas,
 * floor(min(basis, replication) / 2) + 1.
 *
 * @param basis nodes of the enclave that are counted, this one included
 * @param replication copies the operator wants
 */
export function quorumSize(basis: number, replication: number): number {
  return Math.floor(Math.min(basis, replication) / 2) + 1;
}

/**
 * How many copies, the reader's own included, a read looks at so that one of them holds every durable write: one more
 * than can lack it, basis - quorumSize + 1, and never less than a write takes. That is a majority where all nodes are
 * replicas that count, and more where the operator wants fewer copies than there are nodes: a write may then rest on
 * few of them, which can be any.
 */
export function readQuorumSize(basis: number, replication: number): number {
  const written = quorumSize(basis, replication);
  return Math.max(written, basis - written + 1);
}
