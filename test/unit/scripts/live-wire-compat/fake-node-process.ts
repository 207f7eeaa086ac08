import { FakeNode } from './fake-node.js';
import { FakeTransient } from './fake-transient.js';
import { FAULTS } from './faults.js';

/** The fake node as a program, configured as wire v1 says. FAKE_FAULTS names the rules it breaks. */
const { env } = process;
const named = (env['FAKE_FAULTS'] ?? '').split(',');
const seeds = (env['REPRAM_PEERS'] ?? '').split(',').filter((peer) => peer !== '');
const identity = {
  id: env['REPRAM_NODE_ID'] ?? 'fake',
  enclave: env['REPRAM_ENCLAVE'] ?? 'default',
  port: Number(env['REPRAM_HTTP_PORT']),
  faults: FAULTS.filter((fault) => named.includes(fault)),
  ...(env['REPRAM_CLUSTER_SECRET'] === undefined ? {} : { secret: env['REPRAM_CLUSTER_SECRET'] }),
};

if (env['REPRAM_INBOUND'] === 'false' && !identity.faults.includes('never-attaches')) {
  await new FakeTransient({ ...identity, seeds }).start();
  process.on('SIGTERM', () => process.exit(0));
} else {
  const node = await FakeNode.start({
    ...identity,
    minTtl: Number(env['REPRAM_MIN_TTL'] ?? 1),
    maxChildren: Number(env['REPRAM_MAX_CHILDREN'] ?? 100),
    pingMs: 300,
  });
  await node.bootstrap(seeds);
  process.on('SIGTERM', () => void node.leave().then(() => process.exit(0)));
}
