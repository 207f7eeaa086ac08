import type { Drill } from '../drill.js';
import { loopbackAbsence } from './loopback-absence.js';

export const kill: Drill = loopbackAbsence(
  { name: 'kill', title: 'kill -9 of one node, and a new start' },
  {
    verb: 'killed',
    begin: (victim) => victim.kill(),
    end: (victim) => victim.start(),
    restarts: true,
    evictionsOfVictim: 0,
  },
  { evictedWithinMs: 4000, evictionTimeoutMs: 30_000 },
);
