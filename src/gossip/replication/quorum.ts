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
