import type { Drill } from '../drill.js';
import { loopbackPlaces } from '../network/loopback.js';
import { withCluster } from '../nodes/cluster.js';
import { measureAbsence } from './absence.js';

const EVICTED_WITHIN_MS = 4000;
const TIMEOUT_MS = 30_000;

export const kill: Drill = {
  name: 'kill',
  title: 'kill -9 of one node, and a new start',
  isolated: false,
  async run({ nodes, runs, environment }, progress) {
    const plan = { runs, evictedWithinMs: EVICTED_WITHIN_MS, evictionTimeoutMs: TIMEOUT_MS };
    return withCluster(await loopbackPlaces(nodes), environment, (cluster) =>
      measureAbsence(
        cluster,
        {
          verb: 'killed',
          begin: (victim) => victim.kill(),
          end: (victim) => victim.start(),
          restarts: true,
          evictionsOfVictim: 0,
        },
        plan,
        progress,
      ),
    );
  },
};
