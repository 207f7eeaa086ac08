import { FakeNode } from './fake-node.js';
import { FAULTS } from './faults.js';

/** The fake node as a program, configured as wire v1 says. FAKE_FAULTS names the rules it breaks. */
const { env } = process;
const named = (env['FAKE_FAULTS'] ?? '').split(',');

const node = await FakeNode.start({
  id: env['REPRAM_NODE_ID'] ?? 'fake',
  enclave: env['REPRAM_ENCLAVE'] ?? 'default',
  port: Number(env['REPRAM_HTTP_PORT']),
  minTtl: Number(env['REPRAM_MIN_TTL'] ?? 1),
  pingMs: 300,
  faults: FAULTS.filter((fault) => named.includes(fault)),
  ...(env['REPRAM_CLUSTER_SECRET'] === undefined ? {} : { secret: env['REPRAM_CLUSTER_SECRET'] }),
});
const peers = (env['REPRAM_PEERS'] ?? '').split(',').filter((peer) => peer !== '');
await node.bootstrap(peers);
process.on('SIGTERM', () => process.exit(0));
