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

/** Takes in an entry that another replica holds. */
export type AdoptEntry = (entry: Entry) => PutOutcome | 'disbelieved';
