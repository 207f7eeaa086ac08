import type { Drill } from '../drill.js';
import { NamespaceNetwork } from '../network/namespaces.js';
import { withCluster } from '../nodes/cluster.js';
import { measureAbsence } from './absence.js';

const EVICTED_WITHIN_MS = 10_000;
/** Of a request over TCP some six packets have to arrive in time: where 30 % are lost, most requests fail. */
const EVICTED_WITHIN_LOSSY_MS = 90_000;
const TIMEOUT_MS = 90_000;

export const drop: Drill = {
  name: 'drop',
  title: 'Every packet from and to one node dropped without a word',
  isolated: true,
  async run({ nodes, runs, lossPercent, environment }, progress) {
    const evictedWithinMs = lossPercent > 0 ? EVICTED_WITHIN_LOSSY_MS : EVICTED_WITHIN_MS;
    const network = new NamespaceNetwork(nodes);
    return withCluster(network.places, environment, (cluster) => {
      network.lose(lossPercent);
      return measureAbsence(
        cluster,
        {
          verb: 'cut off',
          begin: (victim) =>
            network.cut(
              [victim.place],
              cluster.without(victim).map(({ place }) => place),
            ),
          end: () => network.heal(),
          restarts: false,
          evictionsOfVictim: nodes - 1,
        },
        { runs, evictedWithinMs, evictionTimeoutMs: TIMEOUT_MS },
        progress,
      );
    });
  },
};
