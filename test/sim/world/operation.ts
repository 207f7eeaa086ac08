import type { Version } from '../../../src/gossip/version.js';
import type { PutStatus, SimHost } from './host.js';

/** A client's write at one node. Times are true ones: milliseconds of the world's own wall clock. */
export interface WriteOperation {
  readonly id: number;
  readonly host: SimHost;
  readonly key: string;
  /** Unique among all writes of a run. */
  readonly value: string;
  readonly ttlSeconds: number;
  readonly invokedMs: number;
  completedMs: number | undefined;
  /** Undefined while no answer has come, which may be for ever. */
  status: PutStatus | undefined;
  /** What its origin stored; undefined for nodes of the old protocol, and before it was stored. */
  version: Version | undefined;
  /** By the wall clock of whoever judges it: what every node of ours compares its own clock with. */
  expiresAtMs: number | undefined;
}

/** A client's read at one node, which takes no time. */
export interface ReadOperation {
  readonly host: SimHost;
  readonly key: string;
  readonly value: string | undefined;
  readonly atMs: number;
  /** What the wall clock of the node showed. */
  readonly nodeWallMs: number;
}
