import type { Member } from '../membership/member.js';
import type { Entry, PutOutcome } from '../ports/store.js';
import type { QuestionOf, ReplicaOp, ReplicaReply } from '../replica/request.js';

/**
 * Asks a member; `undefined` where no answer of that member came in time, which is longer where question and answer
 * carry `bytes` of entries. Never rejects.
 */
export type AskMember = <Op extends ReplicaOp>(
  member: Member,
  question: QuestionOf<Op>,
  bytes?: number,
) => Promise<ReplicaReply<Op> | undefined>;

/** The slowest way that entries are given the time for, in bytes a millisecond. */
const SLOWEST_BYTES_PER_MS = 1000;

/** How long a question may take that carries so many bytes of entries, there or back, in milliseconds. */
export function askTimeoutMs(answerTimeoutMs: number, bytes: number): number {
  return answerTimeoutMs + bytes / SLOWEST_BYTES_PER_MS;
}

/** Takes in an entry that another replica holds. */
export type AdoptEntry = (entry: Entry) => PutOutcome | 'disbelieved';
