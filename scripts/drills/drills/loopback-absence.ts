import type { Drill } from '../drill.js';
import { loopbackPlaces } from '../network/loopback.js';
import { withCluster } from '../nodes/cluster.js';
import { type Absence, type AbsencePlan, measureAbsence } from './absence.js';

/** A drill in which processes on loopback are away one after the other. */
export function loopbackAbsence(
  names: Pick<Drill, 'name' | 'title'>,
  absence: Absence,
  limits: Omit<AbsencePlan, 'runs'>,
): Drill {
  return {
    ...names,
    isolated: false,
    run: async ({ nodes, runs, environment }, progress) =>
      withCluster(await loopbackPlaces(nodes), environment, (cluster) =>
        measureAbsence(cluster, absence, { ...limits, runs }, progress),
      ),
  };
}
