import type { World } from '../world/world.js';

/** What happened in a run, counted. */
export interface Tally {
  started: number;
  ended: number;
  /** Writes of clients by their status; those never answered have none. */
  readonly writes: Record<'201' | '202' | '503' | '507', number>;
  reads: number;
  evictions: number;
  /** Evictions of nodes whose process ran at that moment, wherever it could be reached from. */
  falseEvictions: number;
}

/** Counts what happens in a world from now on. */
export function tallyOf(world: World): Tally {
  const writes = { '201': 0, '202': 0, '503': 0, '507': 0 };
  const tally: Tally = { started: 0, ended: 0, writes, reads: 0, evictions: 0, falseEvictions: 0 };
  world.observe({
    started: () => {
      tally.started++;
    },
    ended: () => {
      tally.ended++;
    },
    wrote: ({ status }) => {
      if (status !== undefined) writes[status]++;
    },
    read: () => {
      tally.reads++;
    },
    memberChanged: (_, { kind, member }) => {
      if (kind !== 'evicted') return;
      tally.evictions++;
      if (world.hosts.some(({ id, process }) => id === member.id && !process.isStalled)) tally.falseEvictions++;
    },
  });
  return tally;
}
