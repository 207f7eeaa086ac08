import { formatHostPort, normaliseHost } from '../../../gossip/address.js';
import { DEFAULT_ENCLAVE } from '../../../gossip/wire/message.js';
import type { Topology } from '../../client/answers.js';
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
  rows.push(...treeRows(topology));
  if (rows.length > 0) await io.stdout.write(renderTable(io.stdout, ['ID', 'ADDRESS', 'ENCLAVE'], rows));
  else await say(io, `${client.url} knows no peers`);
  return EXIT.ok;
}

/** The part of the tree that the node stands in: whom it is attached to, or who is attached to it. */
function treeRows(topology: Topology): string[][] {
  const { node_id: id, enclave, parent, children = [] } = topology;
  if (parent) {
    const host = normaliseHost(parent.address) ?? parent.address;
    const above = [parent.id, formatHostPort({ host, port: parent.http_port }), 'parent'];
    return [above, [`└ ${id}`, 'this node, attached', enclave]];
  }
  if (children.length === 0) return [];
  const below = children.map((child, at) => [
    `${at === children.length - 1 ? '└' : '├'} ${child.id}`,
    'attached',
    child.enclave || DEFAULT_ENCLAVE,
  ]);
  return [[id, 'this node', enclave], ...below];
}
