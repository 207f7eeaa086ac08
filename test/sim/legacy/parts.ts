import type { Clock } from '../../../src/gossip/ports/clock.js';
import type { Rng } from '../../../src/gossip/ports/rng.js';
import type { Composer } from './composer.js';
import type { Outbox } from './outbox.js';
import type { PeerTable } from './peer-table.js';
import type { Timers } from './timers.js';

/** What the rooms of one node share. */
export interface LegacyParts {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly timers: Timers;
  readonly peers: PeerTable;
  readonly outbox: Outbox;
  readonly composer: Composer;
}
