import type { HostPort } from '../address.js';
import type { NodeExtension, NodeInfo } from '../wire/message.js';

/**
 * - `alive`: nothing stands against it.
 * - `suspect`: its last probe or probes failed, or another member says so of its own.
 * - `dead`: evicted. Remembered: an eviction does not shrink the quorum.
 * - `left`: it said that it leaves, or another node has taken its address. Its copy is gone for good.
 * - `removed`: an operator removed it. A tombstone bars it.
 */
export type MemberState = 'alive' | 'suspect' | 'dead' | 'left' | 'removed';

/** Another node as this one sees it. Changed only by the member table. */
export interface Member {
  readonly id: string;
  readonly address: HostPort;
  readonly gossipPort: number;
  readonly enclave: string;
  /**
   * Absent for a node that never knew the extension. Where an older node has taken the place of one of ours, that of the
   * former: a bound on what may come after, and on what is told of it.
   */
  readonly extension: NodeExtension | undefined;
  /** The extension came with the last word of who the node is: its own, or that of a later incarnation. */
  readonly speaksExtension: boolean;
  readonly state: MemberState;
  /** Monotonic time at which it entered `state`. */
  readonly sinceMs: number;
  /** Failed probe rounds in a row. */
  readonly strikes: number;
  /** Those among them that were refused or reset: certain evidence, unlike silence. */
  readonly refusals: number;
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
  /** Monotonic time at which it last answered this node or one that asked for it, or refuted; -Infinity before. */
  readonly signOfLifeMs: number;
}

/** Whether the member takes part: neither dead nor gone. */
export function isLive(member: Member): boolean {
  return member.state === 'alive' || member.state === 'suspect';
}

/** Whether the member has gone for good, by its own word or by an operator's: its copies count no more. */
export function isGone(member: Member): boolean {
  return member.state === 'left' || member.state === 'removed';
}

/** Whether the member knows the extension: to any other, nothing may be said that an older node does not understand. */
export function speaksExtension(member: Member): member is Member & { readonly extension: NodeExtension } {
  return member.speaksExtension && member.extension !== undefined;
}

/** The incarnation others know the member by; 0 for a node that does not know the extension. */
export function incarnationOf(member: Member): number {
  return member.extension?.incarnation ?? 0;
}

/** Monotonic time of the last that this node knows of the member's life: a word, an answer, or a refutation. */
export function lastSignMs(member: Member): number {
  return Math.max(member.heardMs, member.signOfLifeMs);
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
