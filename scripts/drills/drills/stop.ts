import type { Drill } from '../drill.js';
import { loopbackAbsence } from './loopback-absence.js';

export const stop: Drill = loopbackAbsence(
  { name: 'stop', title: 'SIGSTOP of one node, whose port goes on accepting connections, and SIGCONT' },
  {
    verb: 'stopped',
    begin: (victim) => victim.signal('SIGSTOP'),
    end: (victim) => victim.signal('SIGCONT'),
    restarts: false,
    evictionsOfVictim: 0,
  },
  { evictedWithinMs: 10_000, evictionTimeoutMs: 60_000 },
);
