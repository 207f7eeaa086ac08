import type { AdoptEntry } from '../../gossip/repair/ask.js';
import type { ExpiredKey } from '../../gossip/replica/request.js';
import type { PutMessage } from '../../gossip/wire/message.js';

/** This node's own copy of the data, as its tree needs it. */
export interface Replica {
  /** Takes in a write that came down. Nothing is sent on. */
  receive(put: PutMessage): void;
  /** Takes in an entry that the parent holds. */
  readonly adopt: AdoptEntry;
  /** Takes note that a newer version was made elsewhere and has expired: see `Applier.supersede`. */
  supersede(expired: ExpiredKey): void;
}
