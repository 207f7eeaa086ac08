import type { HostPort } from '../address.js';
import type { NodeExtension, NodeInfo } from '../wire/message.js';

/**
 * - `alive`: no strike stands against it.
 * - `suspect`: its last probe or probes failed.
 * - `dead`: three strikes in a row evicted it. Remembered: an eviction does not shrink the quorum.
 * - `left`: it said that it leaves, or another node has taken its address. Its copy is gone for good.
 */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left';

/** Another node as this one sees it. Changed only by the member table. */
export interface Member {
  readonly id: string;
  readonly address: HostPort;
  readonly gossipPort: number;
  readonly enclave: string;
  /** Absent for nodes that do not know the extension. */
  readonly extension: NodeExtension | undefined;
  readonly state: MemberState;
  /** Monotonic time at which it entered `state`. */
  readonly sinceMs: number;
  /** Failed probes in a row. */
  readonly strikes: number;
  /** Monotonic time of the last strike; -Infinity before the first. */
  readonly struckMs: number;
  /** It has spoken to this node itself; until then it is hearsay. */
  readonly introduced: boolean;
  /** A request to the present address was answered, since the member was last given up. */
  readonly reachable: boolean;
  /**
   * It has spoken and answered, once at least. Only such members count towards a quorum, so a node that somebody merely
   * talks about costs writes nothing. Stays when the member is evicted; ends when it leaves.
   */
  readonly proven: boolean;
  /** It said itself that it leaves: whatever else this incarnation says was said before, and comes late. */
  readonly saidGoodbye: boolean;
  /** Monotonic time at which it last spoke to this node; -Infinity before. */
  readonly heardMs: number;
}

/** Whether the member takes part: neither dead nor gone. */
export function isLive(member: Member): boolean {
  return member.state === 'alive' || member.state === 'suspect';
}

/** The member as gossip tells others about it. */
export function memberInfo(member: Member): NodeInfo {
  return {
    id: member.id,
    address: member.address.host,
    port: member.gossipPort,
    httpPort: member.address.port,
    enclave: member.enclave,
    ...(member.extension && { extension: member.extension }),
  };
}
