import type { AckMessage, PutMessage } from '../wire/message.js';
import type { Entry } from './store.js';

/** How a write, or a read on quorum, went that a transient hands to the mesh: see `WriteOutcome` and `ReadOutcome`. */
export type UplinkWrite = 'quorum' | 'pending' | 'overloaded';

export type UplinkRead =
  | { readonly kind: 'found'; readonly entry: Entry }
  | { readonly kind: 'absent' | 'overloaded' }
  | { readonly kind: 'unreached'; readonly answered: number; readonly needed: number };

/** The way of a transient into the mesh. A member has none: it writes and reads through the members it knows. */
export interface Uplink {
  /** Whether another write can be taken; where it cannot, nothing is stored. */
  readonly hasRoom: boolean;
  /** Carries a write that is stored here already into the mesh, and waits for the quorum. Never rejects. */
  write(message: PutMessage, entry: Entry): Promise<UplinkWrite>;
  /** Reads the newest version that a quorum of the mesh knows of. Never rejects. */
  read(key: string): Promise<UplinkRead>;
}

/** Takes in each acknowledgement of a member that counts. */
export type OnAck = (ack: AckMessage) => void;
