import type { Scenario } from '../scenario.js';
import { ACCUSATIONS } from './accusations.js';
import { busyPeer } from './busy-peer.js';
import { FALSE_WITNESSES } from './false-witnesses.js';
import { forwarding } from './forwarding.js';
import { fullOfWrites } from './full-of-writes.js';
import { FULL_QUEUES } from './full-queues.js';
import { goodbyeOfThePast } from './goodbye-of-the-past.js';
import { GOODBYES } from './goodbyes.js';
import { idle, oneJoin } from './idle.js';
import { missedWrites } from './missed-writes.js';
import { quorumReads } from './quorum-reads.js';
import { removedAlive, removedForAMinute } from './removed.js';
import { REPLICAS } from './replicas.js';
import { STRIKES } from './strikes.js';
import { SUCCESSORS } from './successors.js';
import { loneSurvivor } from './survivor.js';
import { TALK } from './talk-of-the-dead.js';
import { treeEarly } from './tree-early.js';
import { treeFull } from './tree-full.js';
import { treeLateCount } from './tree-late-count.js';
import { unsigned } from './unsigned.js';
import { WRITERS } from './writers.js';

/** Scenarios that are laid for one defect each, which random ones come across too rarely. */
export const TRAPS: readonly Scenario[] = [
  ...FALSE_WITNESSES,
  ...WRITERS,
  ...REPLICAS,
  ...STRIKES,
  ...GOODBYES,
  goodbyeOfThePast,
  ...SUCCESSORS,
  ...TALK,
  ...ACCUSATIONS,
  removedAlive,
  removedForAMinute,
  missedWrites,
  quorumReads,
  loneSurvivor,
  busyPeer,
  ...FULL_QUEUES,
  fullOfWrites,
  idle,
  oneJoin,
  forwarding,
  unsigned,
  treeFull,
  treeEarly,
  treeLateCount,
];
