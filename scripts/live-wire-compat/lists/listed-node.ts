import type { NodeProcess } from '../cluster/node-process.js';
import { patientExchange } from '../http/patient.js';
import type { ListedNode } from './list-bench.js';

/** A joiner that nobody can reach: it is evicted again, or goes with the node. */
const JOINER = { node_id: 'wire-compat-joiner', address: '127.0.0.1', gossip_port: 1, http_port: 1 };

/** A started process as the checks of root lists see it. */
export function listedNode(node: NodeProcess): ListedNode {
  return {
    endpoint: node.endpoint,
    bootstrapStatus: async () => {
      const headers = { 'Content-Type': 'application/json' };
      const request = { method: 'POST', path: '/v1/bootstrap', headers, body: JSON.stringify(JOINER) };
      return (await patientExchange(node.url, request)).status;
    },
    restart: async () => {
      await node.stop();
      await node.restart([]);
    },
  };
}
