import type { Gossip } from '../gossip/gossip.js';
import { memberInfo } from '../gossip/membership/member.js';
import type { ReadOutcome } from '../gossip/replica/quorum-reader.js';
import type { ReplicaAnswer, ReplicaRequest } from '../gossip/replica/request.js';
import { type Self, selfInfo } from '../gossip/self.js';
import type { AckMessage, NodeInfo, PutMessage } from '../gossip/wire/message.js';
import type { Mesh, RelayOutcome } from './ports/mesh.js';

/** The members around this node, as its gossip knows them. */
export class GossipMesh implements Mesh {
  readonly #self: Self;
  readonly #gossip: Gossip;

  constructor(self: Self, gossip: Gossip) {
    this.#self = self;
    this.#gossip = gossip;
  }

  /** One that was held before has been sent on again: whoever sends it a second time lacks acknowledgements. */
  relay(put: PutMessage, enclave: string, onAck: (ack: AckMessage) => void): RelayOutcome {
    const outcome = this.#gossip.relay.write(put, enclave, onAck);
    return outcome === 'repeated' ? 'held' : outcome;
  }

  isLiveMember(id: string): boolean {
    const member = this.#gossip.members.get(id);
    return member?.state === 'alive' && member.proven;
  }

  nodes(): readonly NodeInfo[] {
    return [selfInfo(this.#self), ...this.#gossip.members.live().map(memberInfo)];
  }

  basis(enclave: string): number {
    return this.#gossip.members.quorumBasis(enclave);
  }

  roomOf(id: string): number | undefined {
    return this.#gossip.rooms.of(id);
  }

  answer(request: ReplicaRequest): ReplicaAnswer | undefined {
    const receipt = this.#gossip.replica.receiveOfAttached(request);
    return receipt.kind === 'ok' ? receipt.answer : undefined;
  }

  read(key: string): Promise<ReadOutcome> {
    return this.#gossip.reader.read(key);
  }
}
