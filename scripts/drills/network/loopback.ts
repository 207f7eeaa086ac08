import { freePorts } from '../../live-wire-compat/cluster/ports.js';
import type { Place } from '../nodes/drill-node.js';

const HOST = '127.0.0.1';

/** Ports of this machine that nobody listens on, the system's choice. */
export async function loopbackPlaces(count: number): Promise<readonly Place[]> {
  return (await freePorts(count)).map((port) => ({ host: HOST, port, enter: [] }));
}
