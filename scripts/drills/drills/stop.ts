import type { Drill } from '../drill.js';
import { loopbackPlaces } from '../network/loopback.js';
import { withCluster } from '../nodes/cluster.js';
import { measureAbsence } from './absence.js';

const EVICTED_WITHIN_MS = 10_000;
const TIMEOUT_MS = 60_000;

export const stop: Drill = {
  name: 'stop',
  title: 'SIGSTOP of one node, whose port goes on accepting connections, and SIGCONT',
  isolated: false,
  async run({ nodes, runs, environment }, progress) {
    const plan = { runs, evictedWithinMs: EVICTED_WITHIN_MS, evictionTimeoutMs: TIMEOUT_MS };
    return withCluster(await loopbackPlaces(nodes), environment, (cluster) =>
      measureAbsence(
        cluster,
        {
          verb: 'stopped',
          begin: (victim) => victim.signal('SIGSTOP'),
          end: (victim) => victim.signal('SIGCONT'),
          restarts: false,
          evictionsOfVictim: 0,
        },
        plan,
        progress,
      ),
    );
  },
};
