import type { ReadOutcome } from '../../gossip/replica/quorum-reader.js';
import type { ReplicaAnswer, ReplicaRequest } from '../../gossip/replica/request.js';
import type { AckMessage, NodeInfo, PutMessage } from '../../gossip/wire/message.js';

/**
 * What became of a child's write.
 *
 * - `held`: this node holds it, or a newer one of the key, and has sent it on.
 * - `passed`: it is of another enclave; it was sent on, and is not held here.
 * - `dropped`: it has expired, or there is no room here. Not acknowledged.
 */
export type RelayOutcome = 'held' | 'passed' | 'dropped';

/** The members around a substrate, as its children need them. */
export interface Mesh {
  /**
   * Takes in a write of a child, stores it where it is of this node's enclave, and sends it on in this node's name.
   * `onAck` is called for each distinct proven member of the enclave that acknowledges within the write timeout, and never
   * from within the call.
   */
  relay(put: PutMessage, enclave: string, onAck: (ack: AckMessage) => void): RelayOutcome;
  /** Whether a member of this id is alive and has proved to be there. */
  isLiveMember(id: string): boolean;
  /** Live members, this node first. */
  nodes(): readonly NodeInfo[];
  /** Over how many substrates of the enclave a quorum is taken. */
  basis(enclave: string): number;
  /** How many more children a member takes, as far as it has said. */
  roomOf(id: string): number | undefined;
  /** Answers a question about what this replica holds; `undefined` where the asker may not ask. */
  answer(request: ReplicaRequest): ReplicaAnswer | undefined;
  /** Reads what a quorum of the enclave knows of. */
  read(key: string): Promise<ReadOutcome>;
}
