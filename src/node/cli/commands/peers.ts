import { formatHostPort, normaliseHost } from '../../../gossip/address.js';
import { DEFAULT_ENCLAVE } from '../../../gossip/wire/message.js';
import { clientOf } from '../client.js';
import type { ClientFlags } from '../client-options.js';
import { EXIT } from '../exit-codes.js';
import { type CliIo, say } from '../io.js';
import { renderTable } from '../table.js';

/** `peers`: the members the node knows. */
export async function runPeers(io: CliIo, flags: ClientFlags): Promise<number> {
  const client = clientOf(io, flags);
  const topology = await client.topology();
  if (flags.json) {
    await io.stdout.write(`${JSON.stringify(topology, null, 2)}\n`);
    return EXIT.ok;
  }
  const rows = topology.peers.map((peer) => [
    peer.id,
    formatHostPort({ host: normaliseHost(peer.address) ?? peer.address, port: peer.http_port }),
    peer.enclave || DEFAULT_ENCLAVE,
  ]);
  const below = childrenOf(topology).map(({ id, enclave }) => [`└ ${printable(id)}`, 'attached', enclave || DEFAULT_ENCLAVE]);
  const self = below.length > 0 ? [[topology.node_id, 'this node', topology.enclave], ...below] : [];
  rows.push(...self);
  if (rows.length > 0) await io.stdout.write(renderTable(io.stdout, ['ID', 'ADDRESS', 'ENCLAVE'], rows));
  else await say(io, `${client.url} knows no peers`);
  return EXIT.ok;
}
