/**
 * What HTTP adds to the body of a message between two nodes, in bytes: the start line and the headers as a node of ours
 * sends them, to an address such as 10.0.0.1:8080, without a cluster secret.
 */
export const REQUEST_HEAD_BYTES = 134;
export const ANSWER_HEAD_BYTES = 330;

/** The bytes of HTTP for so many requests, each with its answer. */
export function headBytes(requests: number): number {
  return requests * (REQUEST_HEAD_BYTES + ANSWER_HEAD_BYTES);
}
