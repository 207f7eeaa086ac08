import { type Check, Deviations, deviation, type Group, passed } from '../check.js';
import { expect, expectEqual, expectOneOf, show } from '../expect.js';
import { isObject } from '../wire/message.js';
import type { Subject } from './subject.js';

const FIELD_METRICS = [
  'repram_peers_active',
  'repram_peer_evictions_total',
  'repram_peer_joins_total',
  'repram_ping_failures_total',
] as const;

const health: Check<Subject> = {
  id: 'identity.health',
  title: '/v1/health names the node, its network and its enclave',
  reference: 'Client API: /v1/health',
  level: 'required',
  async run(subject) {
    const fields = await subject.json('/v1/health');
    expectEqual(fields['status'], 'healthy', 'status');
    expect(typeof fields['node_id'] === 'string' && fields['node_id'] !== '', `node_id: ${show(fields['node_id'])}`);
    expectOneOf(fields['network'], ['public', 'private'], 'network');
    expect(typeof fields['enclave'] === 'string' && fields['enclave'] !== '', `enclave: ${show(fields['enclave'])}`);
    return passed(`${subject.nodeId}, ${subject.network}, enclave ${subject.enclave}`);
  },
};

const status: Check<Subject> = {
  id: 'identity.status',
  title: '/v1/status adds uptime and memory',
  reference: 'Client API: /v1/status',
  level: 'required',
  async run(subject) {
    const fields = await subject.json('/v1/status');
    expectEqual(fields['status'], 'healthy', 'status');
    expectEqual(fields['node_id'], subject.nodeId, 'node_id');
    expectEqual(fields['enclave'], subject.enclave, 'enclave');
    expectEqual(fields['network'], subject.network, 'network');
    expect(fields['uptime'] !== undefined, 'no uptime');
    expect(isObject(fields['memory']), `memory: ${show(fields['memory'])}`);
    return passed(`uptime ${show(fields['uptime'])}`);
  },
};

const topology: Check<Subject> = {
  id: 'identity.topology',
  title: '/v1/topology lists peers with id, address, http_port and enclave, and not the node itself',
  reference: 'Client API: /v1/topology',
  level: 'required',
  async run(subject) {
    const recorder = await subject.peer('home');
    const fields = await subject.json('/v1/topology');
    expectEqual(fields['node_id'], subject.nodeId, 'node_id');
    expectEqual(fields['enclave'], subject.enclave, 'enclave');
    const peers = await subject.topology();
    const listed = peers.filter((peer) => peer.id === recorder.id);
    expectEqual(listed.length, 1, 'entries of the recorder');
    expectEqual(listed[0]?.address, recorder.info.address, 'address of the recorder');
    expectEqual(listed[0]?.http_port, recorder.info.http_port, 'http_port of the recorder');
    expectEqual(listed[0]?.enclave, recorder.info.enclave, 'enclave of the recorder');
    expect(!peers.some((peer) => peer.id === subject.nodeId), 'the node lists itself');
    return passed(`${peers.length} peers`);
  },
};

const metrics: Check<Subject> = {
  id: 'identity.metrics',
  title: '/v1/metrics is Prometheus text with the names the field knows',
  reference: 'Client API: /v1/metrics',
  level: 'required',
  async run(subject) {
    const answer = await subject.get('/v1/metrics');
    expectOneOf(answer.status, [200, 404], 'status');
    if (answer.status === 404) return deviation(subject.strict, 'no metrics (404), as the TypeScript node');
    const found = new Deviations();
    for (const name of FIELD_METRICS)
      found.unless(new RegExp(`^${name}[ {]`, 'm').test(answer.text), `${name} missing`);
    const type = String(answer.headers['content-type']);
    expect(type.startsWith('text/plain'), `Content-Type ${show(type)}`);
    return found.verdict(subject.strict);
  },
};

export const identityGroup: Group<Subject> = {
  title: 'Identity and state',
  checks: [health, status, topology, metrics],
};
