import fc from 'fast-check';
import { signBody, verifyBody } from '../../src/node/wire/signature.js';
import type { Candidate, Frame, FrameExtension } from '../../src/tree/frame.js';
import type { Signer } from '../../src/tree/ports/signer.js';
import { extensions, hosts, messages, names, nodeInfos, ports } from './messages.js';

/** What a cluster without a secret signs with. */
export const OPEN: Signer = { areRequired: false, sign: () => undefined, verify: () => 'ok' };

/** What a cluster with a secret signs with. */
export function signerOf(secret: string): Signer {
  return {
    areRequired: true,
    sign: (bytes) => signBody(secret, bytes),
    verify: (bytes, signature) => verifyBody(secret, bytes, signature),
  };
}

/** Arbitrary valid frames, for property tests. */
const frameExtensions: fc.Arbitrary<FrameExtension> = fc
  .tuple(extensions, fc.oneof(fc.nat(), fc.constant(1_795_215_357_970)))
  .map(([extension, sentMs]) => ({ ...extension, sentMs }));

const candidates: fc.Arbitrary<Candidate> = fc.record(
  { id: names, address: hosts, httpPort: ports, enclave: names, room: fc.maxSafeNat() },
  { requiredKeys: ['id', 'address', 'httpPort', 'enclave'] },
);

const bodies = fc.uint8Array({ maxLength: 300 });

/** Frames whose payload is a gossip message. */
const messageFrames: fc.Arbitrary<Frame> = messages
  .map((message): Frame | undefined => {
    if (message.type === 'PUT') return { type: 'put', message };
    if (message.type === 'ACK') return { type: 'ack', message };
    if (message.type === 'PING') return { type: 'ping', message };
    if (message.type === 'PONG') return { type: 'pong', message };
    return message.type === 'SYNC' ? { type: 'topology_sync', message } : undefined;
  })
  .filter((frame) => frame !== undefined);

const ownFrames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record(
    {
      type: fc.constant('hello' as const),
      nodeId: names,
      enclave: names,
      address: fc.oneof(fc.constant(''), hosts),
      httpPort: fc.nat(65_535),
      inbound: fc.boolean(),
      extension: frameExtensions,
    },
    { requiredKeys: ['type', 'nodeId', 'enclave', 'address', 'httpPort', 'inbound'] },
  ),
  fc.record(
    {
      type: fc.constant('welcome' as const),
      parentId: names,
      topology: fc.array(nodeInfos, { maxLength: 5 }),
      depth: fc.nat(),
      extension: frameExtensions,
    },
    { requiredKeys: ['type', 'parentId', 'topology', 'depth'] },
  ),
  fc.record({
    type: fc.constant('goodbye' as const),
    reason: fc.stringMatching(/^[ -~]{0,128}$/),
    alternatives: fc.array(candidates, { maxLength: 5 }),
  }),
  fc.record({ type: fc.constant('view' as const), basis: fc.nat(), members: fc.array(candidates, { maxLength: 8 }) }),
  fc.record({
    type: fc.constant('ask' as const),
    id: fc.maxSafeNat(),
    kind: fc.constantFrom('replica' as const, 'read' as const),
    body: bodies,
  }),
  fc.record({
    type: fc.constant('answer' as const),
    id: fc.maxSafeNat(),
    status: fc.constantFrom('ok' as const, 'unreached' as const, 'overloaded' as const, 'refused' as const),
    body: bodies,
  }),
);

export const frames: fc.Arbitrary<Frame> = fc.oneof(messageFrames, ownFrames);

const node = { id: 'b', address: '10.0.0.2', port: 9090, httpPort: 8080, enclave: 'e' };
const stamp = { from: 'a', timestampS: 1_795_215_357, messageId: 'm-1' };
const extension = { incarnation: 1_795_215_357_970, instance: 'ab', sentMs: 1_795_215_357_980 };
const candidate = { id: 'c', address: '10.0.0.3', httpPort: 8081, enclave: 'e', room: 7 };

/** One frame of each type, with every field. */
export const SAMPLES: readonly Frame[] = [
  {
    type: 'hello',
    nodeId: 'a',
    enclave: 'e',
    address: '2001:db8::1',
    httpPort: 8080,
    inbound: true,
    extension,
  },
  {
    type: 'hello',
    nodeId: 'a',
    enclave: 'e',
    address: 'host.test',
    httpPort: 8080,
    inbound: false,
    extension: { ...extension, isRedirected: true },
  },
  { type: 'welcome', parentId: 'a', topology: [node, { ...node, id: 'é' }], depth: 1, extension },
  { type: 'goodbye', reason: 'at capacity', alternatives: [candidate, { ...candidate, address: '::1' }] },
  {
    type: 'put',
    message: { type: 'PUT', ...stamp, key: '\ufeffk "1"', data: Buffer.from([0, 255]), ttlSeconds: 60, enclave: 'e' },
  },
  { type: 'ack', message: { type: 'ACK', ...stamp, to: 'b', key: 'k' } },
  { type: 'ping', message: { type: 'PING', ...stamp, to: 'b', nodeInfo: node, accused: 3 } },
  { type: 'pong', message: { type: 'PONG', ...stamp, to: 'b', nodeInfo: node } },
  { type: 'topology_sync', message: { type: 'SYNC', ...stamp, nodeInfo: node, digest: [1, 2] } },
  { type: 'view', basis: 3, members: [candidate] },
  { type: 'ask', id: 7, kind: 'replica', body: Buffer.from([1, 2, 3]) },
  { type: 'answer', id: 7, status: 'ok', body: Buffer.from([4, 5]) },
];

/** The same with every buffer as a list of numbers, whatever its class, and without negative zeros. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
