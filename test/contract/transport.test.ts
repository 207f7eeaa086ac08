import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostPort } from '../../src/gossip/address.js';
import type { SendOutcome } from '../../src/gossip/ports/transport.js';
import { selfBootstrapRequest } from '../../src/gossip/self.js';
import { encodeAnswer, encodeNodesAnswer } from '../../src/gossip/wire/answer.js';
import { decodeBootstrapRequest, encodeBootstrapAnswer } from '../../src/gossip/wire/bootstrap-codec.js';
import { decodeMessage } from '../../src/gossip/wire/decode.js';
import { MAX_BOOTSTRAP_ANSWER_BYTES, MAX_REPLICA_BYTES, MAX_VALUE_BYTES } from '../../src/gossip/wire/limits.js';
import type { AckMessage, PingMessage, SyncMessage } from '../../src/gossip/wire/message.js';
import { decodeReplicaRequest, encodeReplicaAnswer } from '../../src/gossip/wire/replica-codec.js';
import { LANE_CONNECTIONS, MAX_QUEUED_REQUESTS } from '../../src/node/transport/peer-link.js';
import { signBody, verifyBody } from '../../src/node/wire/signature.js';
import { entry } from '../support/entries.js';
import { infoOf, putOf, SELF } from '../support/gossip-bench.js';
import { simWorld } from './support/sim-transport-world.js';
import { type HttpWorld, httpWorld, type TransportWorld } from './support/transport-world.js';

const PING: PingMessage = { type: 'PING', from: 'self', timestampS: 1, messageId: 'p', to: 'peer', wantsReply: true };
const SYNC: SyncMessage = { type: 'SYNC', from: 'self', timestampS: 1, messageId: 's', nodeInfo: infoOf('x') };
const ASK: SyncMessage = { ...SYNC, nodeInfo: infoOf('self'), wantsReply: true };
const NODES = [infoOf('peer', { incarnation: 1 }), infoOf('x')];
const ACK: AckMessage = { type: 'ACK', from: 'peer', to: 'self', timestampS: 1, messageId: 'm', key: 'k' };
const PUT = putOf('self', 'm', { wantsReply: true });
const REQUEST = selfBootstrapRequest(SELF);
const QUESTION = { op: 'read', key: 'k', from: 'self', enclave: 'default', sentMs: 1 } as const;
const ANSWER = { op: 'read', from: 'peer', instance: 'aa', sentMs: 1 } as const;

/** The simulation is worth what its connections are: they have to do whatever the real ones do. */
const WORLDS: readonly (readonly [
  string,
  (secrets?: readonly string[], maxAgeMs?: number) => Promise<TransportWorld>,
])[] = [
  ['real', httpWorld],
  ['simulated', simWorld],
];

async function until(world: TransportWorld, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !condition(); turn++) await world.settle();
}

describe.each(WORLDS)('HttpTransport over %s connections', (_name, open) => {
  let world: TransportWorld;
  let lost: HostPort[];

  beforeEach(async () => {
    world = await open();
    lost = [];
    world.transport.onConnectionLost = (address) => void lost.push(address);
  });

  afterEach(() => world.close());

  const send = (timeoutMs = 5000) => world.passing(world.transport.send(world.peer, PUT, timeoutMs));
  const ask = () => world.passing(world.transport.send(world.peer, ASK, 5000));
  const join = () => world.passing(world.transport.bootstrap(world.peer, REQUEST, 5000));
  const question = () => world.passing(world.transport.ask(world.peer, QUESTION, 5000));
  const putMany = (count: number, timeoutMs: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) => world.transport.send(world.peer, putOf('self', `m${i}`), timeoutMs)),
    );
  const kindsOf = async (sends: Promise<readonly SendOutcome[]>) =>
    (await world.passing(sends)).map(({ kind }) => kind);

  it('Taken_TheMessageArrivesAsItWasSent', async () => {
    expect(await send()).toEqual({ kind: 'ok' });
    const decoded = decodeMessage(world.bodies[0] ?? new Uint8Array(0));
    const message = decoded.ok && decoded.message.type === 'PUT' ? decoded.message : undefined;
    expect(message && { ...message, data: Uint8Array.from(message.data) }).toEqual(PUT);
  });

  it('Reply_ComesInTheAnswer', async () => {
    world.behave({ status: 200, body: encodeAnswer(ACK) });
    expect(await send()).toEqual({ kind: 'ok', reply: ACK });
  });

  it('Nodes_ComeInTheAnswerToASync_HoweverMany', async () => {
    world.behave({ status: 200, body: encodeNodesAnswer(NODES) });
    expect(await ask()).toEqual({ kind: 'ok', nodes: NODES });
    const thousands = Array.from({ length: 5000 }, (_, i) => infoOf(`node-${i}`));
    world.behave({ status: 200, body: encodeNodesAnswer(thousands) });
    expect(await ask()).toEqual({ kind: 'ok', nodes: thousands });
  });

  it('Question_ArrivesAsItWasAsked_AndItsAnswerComesBack', async () => {
    const held = entry(1_800_000_000_000, { bytes: new Uint8Array(MAX_VALUE_BYTES).fill(7) });
    world.behave({ status: 200, body: encodeReplicaAnswer({ ...ANSWER, entry: held }) });
    const outcome = await question();
    expect(decodeReplicaRequest(world.bodies[0] ?? new Uint8Array(0))).toEqual({ ok: true, request: QUESTION });
    const { bytes, ...rest } = held;
    expect(outcome).toMatchObject({ kind: 'ok', answer: { ...ANSWER, entry: rest } });
    const brought = outcome.kind === 'ok' ? outcome.answer.entry?.bytes : undefined;
    expect(brought !== undefined && Buffer.compare(brought, bytes)).toBe(0);
  });

  it.each([
    ['rubbish', Buffer.from('{"success":true}')],
    ['the answer to another question', encodeReplicaAnswer({ ...ANSWER, op: 'give', taken: 1 })],
    ['nothing', new Uint8Array(0)],
  ])('Answer_Of_%s_ToAQuestion_IsUnreadable', async (_what, body) => {
    world.behave({ status: 200, body });
    expect(await question()).toEqual({ kind: 'unreadable' });
  });

  it('AnswerToAQuestion_FarTooLong_IsCutOff', async () => {
    world.behave({ status: 200, body: Buffer.alloc(MAX_REPLICA_BYTES + 1024 * 1024) });
    expect(await question()).toEqual({ kind: 'reset' });
  });

  it.each([
    [{ status: 403 }, { kind: 'rejected', status: 403 }],
    [{ status: 404 }, { kind: 'rejected', status: 404 }],
    [{ status: 503 }, { kind: 'busy', retryAfterMs: undefined }],
  ])('Status_%o_ToAQuestion_Is_%o', async (answer, outcome) => {
    world.behave(answer);
    expect(await question()).toEqual(outcome);
  });

  it('Repair_HoldsUpNeitherWritesNorProbesNorReads', async () => {
    world.behave('silent');
    const pull = { ...QUESTION, op: 'pull', leaves: [1] } as const;
    const pulls = Array.from({ length: 20 }, () => world.transport.ask(world.peer, pull, 60_000));
    await until(world, () => world.bodies.length === LANE_CONNECTIONS.replica);
    world.behave({ status: 200, body: encodeReplicaAnswer(ANSWER) });
    expect(await question()).toMatchObject({ kind: 'ok' });
    expect(await send()).toEqual({ kind: 'ok' });
    expect(await ask()).toEqual({ kind: 'ok' });
    expect(world.bodies).toHaveLength(LANE_CONNECTIONS.replica + 3);
    world.transport.close();
    expect((await world.passing(Promise.all(pulls))).map(({ kind }) => kind)).toEqual(pulls.map(() => 'aborted'));
  });

  it.each([
    ['an acknowledgement, to a SYNC', encodeAnswer(ACK), SYNC],
    ['nodes, to a SYNC that asks for none', encodeNodesAnswer(NODES), SYNC],
    ['an acknowledgement, to a SYNC that asks for nodes', encodeAnswer(ACK), ASK],
    ['nodes, to a write', encodeNodesAnswer(NODES), PUT],
    ['nodes, to a probe', encodeNodesAnswer(NODES), PING],
  ])('Reply_NobodyAskedFor_IsIgnored: %s', async (_what, body, message) => {
    world.behave({ status: 200, body });
    expect(await world.passing(world.transport.send(world.peer, message, 5000))).toEqual({ kind: 'ok' });
  });

  it('Nodes_InAnAnswerThatRefuses_AreIgnored', async () => {
    world.behave({ status: 507, body: encodeNodesAnswer(NODES) });
    expect(await ask()).toEqual({ kind: 'rejected', status: 507 });
  });

  it('MalformedNodes_OfAnAnswerToASync_AreLeftOutAndCounted', async () => {
    const text = Buffer.from(encodeNodesAnswer(NODES)).toString().replace('[', '[{},null,');
    world.behave({ status: 200, body: Buffer.from(text) });
    expect(await ask()).toEqual({ kind: 'ok', nodes: NODES });
    expect(world.metrics.value('repram_sync_nodes_skipped_total')).toBe(2);
  });

  it('Nodes_InAnAnswerTooLong_AreIgnored_AndFarTooLongIsCutOff', async () => {
    const answer = Buffer.from(encodeNodesAnswer(NODES));
    const padded = (bytes: number) => Buffer.concat([Buffer.alloc(bytes - answer.byteLength, ' '), answer]);
    world.behave({ status: 200, body: padded(MAX_BOOTSTRAP_ANSWER_BYTES + 1) });
    expect(await ask()).toEqual({ kind: 'ok' });
    world.behave({ status: 200, body: padded(MAX_BOOTSTRAP_ANSWER_BYTES + 1024 * 1024) });
    expect(await ask()).toEqual({ kind: 'reset' });
  });

  it('Answer_OfRubbish_IsTakenWithoutReply', async () => {
    world.behave({ status: 200, body: Buffer.from('{"success":true,"x":{"reply":[]}} and more') });
    expect(await send()).toEqual({ kind: 'ok' });
  });

  it.each([
    [
      { status: 429, retryAfter: '2' },
      { kind: 'busy', retryAfterMs: 2000 },
    ],
    [{ status: 503 }, { kind: 'busy', retryAfterMs: undefined }],
    [
      { status: 429, retryAfter: '9999' },
      { kind: 'busy', retryAfterMs: 60_000 },
    ],
    [
      { status: 429, retryAfter: 'Thu, 01 Jan 2026 00:00:00 GMT' },
      { kind: 'busy', retryAfterMs: undefined },
    ],
    [{ status: 421 }, { kind: 'misdirected' }],
    [{ status: 403 }, { kind: 'rejected', status: 403 }],
    [{ status: 507 }, { kind: 'rejected', status: 507 }],
    [{ status: 204 }, { kind: 'rejected', status: 204 }],
    [{ status: 302 }, { kind: 'rejected', status: 302 }],
  ])('Status_%o_Is_%o', async (answer, outcome) => {
    world.behave(answer);
    expect(await send()).toEqual(outcome);
  });

  it('Refused_WhereNobodyListens', async () => {
    await world.crash();
    expect(await send()).toEqual({ kind: 'refused' });
    expect(lost).toEqual([]);
  });

  it('Reset_InTheMiddleOfTheAnswer', async () => {
    world.behave('reset');
    expect(await send()).toEqual({ kind: 'reset' });
  });

  it('Silence_EndsInTime', async () => {
    world.behave('silent');
    const startedMs = world.nowMs();
    expect(await send(200)).toEqual({ kind: 'timeout' });
    const tookMs = world.nowMs() - startedMs;
    expect(tookMs).toBeGreaterThanOrEqual(199);
    expect(tookMs).toBeLessThan(1000);
  });

  it('Silence_IsNoLostConnection_ThisSideGaveUp', async () => {
    world.behave('silent');
    await send(50);
    await world.settle();
    expect(lost).toEqual([]);
  });

  it('ConnectionLost_IsReported_WhileIdle', async () => {
    await send();
    await world.crash();
    await until(world, () => lost.length > 0);
    expect(lost).toContainEqual(world.peer);
  });

  it('Forgotten_ConnectionsEndUnreported_AndTheNextSendOpensNewOnes', async () => {
    await send();
    world.transport.forget(world.peer);
    await world.settle();
    expect(lost).toEqual([]);
    expect(await send()).toEqual({ kind: 'ok' });
  });

  it('Forgotten_WhatIsUnderWayIsAborted', async () => {
    world.behave('silent');
    const sending = world.transport.send(world.peer, PUT, 5000);
    await until(world, () => world.bodies.length > 0);
    world.transport.forget(world.peer);
    expect(await world.passing(sending)).toEqual({ kind: 'aborted' });
  });

  it('Closed_EverythingIsAborted_NowAndLater', async () => {
    world.behave('silent');
    const sending = world.transport.send(world.peer, PUT, 5000);
    world.transport.close();
    expect(await world.passing(sending)).toEqual({ kind: 'aborted' });
    expect(await send()).toEqual({ kind: 'aborted' });
    expect(await join()).toMatchObject({ kind: 'failed' });
  });

  it('Many_AtOnce_AllArrive', async () => {
    const puts = Array.from({ length: 200 }, (_, i) => putOf('self', `m${i}`));
    const outcomes = await world.passing(Promise.all(puts.map((put) => world.transport.send(world.peer, put, 5000))));
    expect(outcomes).toEqual(puts.map(() => ({ kind: 'ok' })));
    expect(world.bodies).toHaveLength(200);
  });

  it('Largest_Value_Passes', async () => {
    const data = new Uint8Array(MAX_VALUE_BYTES).fill(7);
    const put = putOf('self', 'large', { data });
    expect(await world.passing(world.transport.send(world.peer, put, 10_000))).toEqual({ kind: 'ok' });
    const decoded = decodeMessage(world.bodies[0] ?? new Uint8Array(0));
    const arrived = decoded.ok && decoded.message.type === 'PUT' ? decoded.message.data : new Uint8Array(0);
    expect(Buffer.compare(arrived, data)).toBe(0);
  });

  it('Bootstrap_Joined_WithTheListOfNodes', async () => {
    const answer = { peers: [infoOf('a', { incarnation: 3 }), infoOf('b')] };
    world.behave({ status: 200, body: encodeBootstrapAnswer(answer) });
    expect(await join()).toEqual({ kind: 'joined', answer });
    const [body] = world.bodies;
    expect(body && decodeBootstrapRequest(body)).toEqual({ ok: true, request: REQUEST });
  });

  it('Bootstrap_IdTaken', async () => {
    world.behave({ status: 409 });
    expect(await join()).toEqual({ kind: 'id-taken' });
  });

  it.each([
    ['forbidden', { status: 403 }, 'status 403'],
    ['garbage', { status: 200, body: Buffer.from('<html>') }, 'Invalid JSON'],
    ['nothing', { status: 200 }, 'Invalid JSON'],
    ['no success', { status: 200, body: Buffer.from('{"success":false}') }, 'Invalid answer: success'],
  ])('Bootstrap_Failed_%s', async (_what, answer, reason) => {
    world.behave(answer);
    expect(await join()).toEqual({ kind: 'failed', reason });
  });

  it('Bootstrap_Failed_NobodyThere', async () => {
    await world.crash();
    expect(await join()).toEqual({ kind: 'failed', reason: 'refused' });
  });

  it('KeepAlive_TheSecondSendUsesTheSameConnection', async () => {
    for (let i = 0; i < 3; i++) {
      await world.passing(world.transport.send(world.peer, PING, 5000));
      await world.settle();
    }
    expect([world.bodies.length, world.connections]).toEqual([3, 1]);
  });

  it('Lanes_WritesUnderWayDoNotHoldUpAProbe', async () => {
    world.behave('silent');
    const writes = putMany(40, 3000);
    await until(world, () => world.bodies.length === LANE_CONNECTIONS.bulk);
    world.behave({ status: 200 });
    expect(await world.passing(world.transport.send(world.peer, PING, 1000))).toEqual({ kind: 'ok' });
    expect(world.bodies).toHaveLength(LANE_CONNECTIONS.bulk + 1);
    world.transport.close();
    for (const outcome of await world.passing(writes)) expect(outcome).toEqual({ kind: 'aborted' });
  });

  it('MalformedNodes_OfABootstrapAnswer_AreLeftOutAndCounted', async () => {
    const peers = JSON.parse(Buffer.from(encodeBootstrapAnswer({ peers: [infoOf('a')] })).toString()).peers;
    world.behave({ status: 200, body: Buffer.from(JSON.stringify({ success: true, peers: [...peers, {}, null] })) });
    expect(await join()).toEqual({ kind: 'joined', answer: { peers: [infoOf('a')] } });
    expect(world.metrics.value('repram_bootstrap_peers_skipped_total')).toBe(2);
  });

  it('Queue_IsBounded', async () => {
    world.behave('silent');
    const kinds = await kindsOf(putMany(MAX_QUEUED_REQUESTS + 10, 300));
    expect(kinds.filter((kind) => kind === 'overflow')).toHaveLength(10);
    expect(kinds.filter((kind) => kind === 'timeout')).toHaveLength(MAX_QUEUED_REQUESTS);
  });

  it('Queue_OfWhatWasGivenUp_IsWorkedOffWithoutNewConnections', async () => {
    world.behave('silent');
    await world.passing(putMany(MAX_QUEUED_REQUESTS, 300));
    world.behave({ status: 200 });
    expect(await send()).toEqual({ kind: 'ok' });
    // Only what was under way when it was given up cost its connection, not each of the four thousand that waited.
    expect(world.connections).toBeLessThan(400);
  });

  it('Queue_WhatWasGivenUpInItIsNeverSent', async () => {
    world.behave('silent');
    const [underWay, queued] = [putMany(LANE_CONNECTIONS.bulk, 400), putMany(4, 100)];
    expect(await kindsOf(queued)).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    await world.passing(underWay);
    world.behave({ status: 200 });
    expect(await send()).toEqual({ kind: 'ok' });
    expect(world.bodies).toHaveLength(LANE_CONNECTIONS.bulk + 1);
  });

  it('QueuedBytes_AreBounded_ThoughOneMessageAlwaysFits', async () => {
    world.behave('silent');
    const large = putOf('self', 'large', { data: new Uint8Array(MAX_VALUE_BYTES) });
    const sends = Promise.all(Array.from({ length: 8 }, () => world.transport.send(world.peer, large, 300)));
    const kinds = await kindsOf(sends);
    expect(kinds.slice(0, 4)).toEqual(['timeout', 'timeout', 'timeout', 'timeout']);
    expect(kinds.slice(4)).toEqual(['overflow', 'overflow', 'overflow', 'overflow']);
  });

  it('Answer_FarTooLong_IsCutOff_WhichIsNoLostConnection', async () => {
    world.behave({ status: 200, body: new Uint8Array(1024 * 1024) });
    expect(await send()).toEqual({ kind: 'reset' });
    await world.settle();
    expect(lost).toEqual([]);
  });

  it('Answer_ThatEndsItsConnection_IsNoLostConnection', async () => {
    world.behave({ status: 503, retryAfter: '1', headers: { connection: 'close' } });
    expect(await send()).toEqual({ kind: 'busy', retryAfterMs: 1000 });
    await world.settle();
    world.behave({ status: 200 });
    expect(await send()).toEqual({ kind: 'ok' });
    expect([lost, world.connections]).toEqual([[], 2]);
  });

  it('GivenUp_OnAConnectionThatHasServed_IsNoLostConnection_AndTheNextSendOpensANewOne', async () => {
    await send();
    await world.settle();
    world.behave('silent');
    expect(await send(50)).toEqual({ kind: 'timeout' });
    await world.settle();
    world.behave({ status: 200 });
    expect(await send()).toEqual({ kind: 'ok' });
    expect([lost, world.connections]).toEqual([[], 2]);
  });

  it('Reset_OfTheFirstRequest_IsALostConnection', async () => {
    world.behave('reset');
    await send();
    await until(world, () => lost.length > 0);
    await world.settle();
    expect(lost).toEqual([world.peer]);
  });

  it('Refused_HoweverMany_IsNoLostConnection', async () => {
    await world.crash();
    expect(new Set(await kindsOf(putMany(40, 5000)))).toEqual(new Set(['refused']));
    expect(lost).toEqual([]);
  });

  it('Crash_ResetsWhatIsUnderWay_RefusesWhatIsQueued_AndEachConnectionIsLost', async () => {
    world.behave('silent');
    const { bulk } = LANE_CONNECTIONS;
    const sends = putMany(bulk + 4, 5000);
    await until(world, () => world.bodies.length === bulk);
    await world.crash();
    const kinds = await kindsOf(sends);
    expect(kinds).toEqual([...Array(bulk).fill('reset'), ...Array(4).fill('refused')]);
    await until(world, () => lost.length === bulk);
    await world.settle();
    expect(lost).toEqual(Array(bulk).fill(world.peer));
  });

  it('Crash_WhileIdle_EachConnectionIsLost_AndThenNobodyIsThere', async () => {
    await world.passing(Promise.all([world.transport.send(world.peer, PUT, 5000), join()]));
    await world.settle();
    await world.crash();
    await until(world, () => lost.length === 2);
    expect(await send()).toEqual({ kind: 'refused' });
    expect(lost).toEqual([world.peer, world.peer]);
  });

  it.each(['169.254.169.254', 'fe80::1', '::ffff:169.254.169.254', 'fd00:ec2::254'])(
    'LinkLocal_%s_IsNotDialled',
    async (host) => {
      const startedMs = world.nowMs();
      const sending = world.transport.send({ host, port: 80 }, PUT, 5000);
      expect(await world.passing(sending)).toEqual({ kind: 'refused' });
      expect(world.nowMs() - startedMs).toBeLessThan(500);
    },
  );
});

describe('HttpTransport over sockets', () => {
  let world: HttpWorld;

  beforeEach(async () => {
    world = await httpWorld();
  });

  afterEach(() => world.close());

  it('EndlessAnswer_IsCutOff', async () => {
    world.handler = (_req, res) => {
      const pump = (): void => {
        while (res.write(Buffer.alloc(16_384)));
        res.once('drain', pump);
      };
      pump();
    };
    expect(await world.transport.send(world.peer, PUT, 5000)).toEqual({ kind: 'reset' });
    expect(await world.transport.send(world.peer, SYNC, 5000)).toEqual({ kind: 'reset' });
  });

  it('TrickledAnswer_EndsInTime', async () => {
    world.handler = (_req, res) => {
      res.writeHead(200);
      const timer = setInterval(() => res.write('x'), 20);
      res.once('close', () => clearInterval(timer));
    };
    expect(await world.transport.send(world.peer, PUT, 200)).toEqual({ kind: 'timeout' });
  });

  it('UnknownName_IsRefused_OrTimesOutWhereNoResolverAnswers', async () => {
    const outcome = await world.transport.send({ host: 'no-such-host.invalid', port: 80 }, PUT, 1000);
    expect(['refused', 'timeout']).toContain(outcome.kind);
  });

  it('Name_IsResolvedAndDialled', async () => {
    const outcome = await world.transport.send({ host: 'localhost', port: world.peer.port }, PUT, 5000);
    expect(outcome).toEqual({ kind: 'ok' });
    expect(world.requests[0]?.headers.host).toBe(`localhost:${world.peer.port}`);
  });

  it('PeerThatClosesIdleConnections_IsReached_OverANewOne', async () => {
    world.server.keepAliveTimeout = 1;
    await world.transport.send(world.peer, PUT, 5000);
    const [socket] = world.sockets;
    socket?.end();
    if (socket !== undefined) await once(socket, 'close');
    await world.settle();
    expect(await world.transport.send(world.peer, PUT, 5000)).toEqual({ kind: 'ok' });
  });

  it('Request_IsWireV1', async () => {
    await world.transport.send(world.peer, SYNC, 5000);
    await world.transport.bootstrap(world.peer, REQUEST, 5000);
    expect(world.requests.map((req) => [req.method, req.url, req.headers['content-type']])).toEqual([
      ['POST', '/v1/gossip/message', 'application/json'],
      ['POST', '/v1/bootstrap', 'application/json'],
    ]);
    expect(world.requests.every((req) => req.headers['x-repram-signature'] === undefined)).toBe(true);
  });
});

describe.each(WORLDS)('HttpTransport with a cluster secret over %s connections', (_name, open) => {
  const SECRET = 'a secret of the cluster';
  let world: TransportWorld;

  beforeEach(async () => {
    world = await open([SECRET]);
  });

  afterEach(() => world.close());

  const send = () => world.passing(world.transport.send(world.peer, PUT, 5000));
  const ask = () => world.passing(world.transport.send(world.peer, ASK, 5000));
  const answerSigned = (secret: string | undefined, body = encodeAnswer(ACK)) => {
    const headers = secret === undefined ? {} : { 'x-repram-signature': signBody(secret, body) };
    world.behave({ status: 200, headers, body });
  };

  it('Signature_CoversEveryBody', async () => {
    await send();
    await world.passing(world.transport.bootstrap(world.peer, REQUEST, 5000));
    const checks = world.bodies.map((body, i) => verifyBody(SECRET, body, world.signatures[i]));
    expect(checks).toEqual(['ok', 'ok']);
  });

  it('AnswerToAQuestion_CountsOnlyRightlySigned', async () => {
    const question = () => world.passing(world.transport.ask(world.peer, QUESTION, 5000));
    const body = encodeReplicaAnswer(ANSWER);
    answerSigned(SECRET, body);
    expect(await question()).toEqual({ kind: 'ok', answer: ANSWER });
    for (const secret of [undefined, 'another secret']) {
      answerSigned(secret, body);
      expect(await question()).toEqual({ kind: 'unreadable' });
    }
    expect(verifyBody(SECRET, world.bodies[0] ?? new Uint8Array(0), world.signatures[0])).toBe('ok');
  });

  it('Reply_RightlySigned_Counts', async () => {
    answerSigned(SECRET);
    expect(await send()).toEqual({ kind: 'ok', reply: ACK });
    answerSigned(SECRET, encodeNodesAnswer(NODES));
    expect(await ask()).toEqual({ kind: 'ok', nodes: NODES });
  });

  it.each([
    ['unsigned', undefined],
    ['signed with another secret', 'another secret'],
  ])('Reply_%s_IsIgnored', async (_how, secret) => {
    answerSigned(secret);
    expect(await send()).toEqual({ kind: 'ok' });
    answerSigned(secret, encodeNodesAnswer(NODES));
    expect(await ask()).toEqual({ kind: 'ok' });
  });

  it('Reply_SignedByAnySecret_Counts', async () => {
    await world.close();
    world = await open(['new', SECRET]);
    answerSigned(SECRET);
    expect(await send()).toEqual({ kind: 'ok', reply: ACK });
    expect(world.metrics.value('repram_signatures_verified_total', { secret: '2' })).toBe(1);
    expect(verifyBody('new', world.bodies[0] ?? new Uint8Array(0), world.signatures[0])).toBe('ok');
  });

  it('Reply_FromLongAgo_IsIgnored', async () => {
    await world.close();
    world = await open([SECRET], 10_000);
    answerSigned(
      SECRET,
      encodeAnswer({
        type: 'PONG',
        from: 'peer',
        timestampS: 1,
        messageId: '',
        to: 'self',
        nodeInfo: infoOf('peer', { incarnation: 1 }),
      }),
    );
    expect(await send()).toEqual({ kind: 'stale' });
    expect(world.metrics.value('repram_stale_messages_total')).toBe(1);
    answerSigned(SECRET);
    expect(await send()).toEqual({ kind: 'ok', reply: ACK });
    for (const sentMs of [undefined, 1, Date.now() - 3_600_000]) {
      answerSigned(SECRET, encodeNodesAnswer(NODES, [], sentMs));
      expect(await ask()).toEqual({ kind: 'stale' });
    }
    answerSigned(SECRET, encodeNodesAnswer(NODES, [], Date.now()));
    expect(await ask()).toEqual({ kind: 'ok', nodes: NODES });
    answerSigned(SECRET, encodeReplicaAnswer(ANSWER));
    expect(await world.passing(world.transport.ask(world.peer, QUESTION, 5000))).toEqual({ kind: 'stale' });
  });

  it('Refusal_WithThePeersTime_SaysThatClocksDiffer', async () => {
    world.behave({ status: 403, headers: { 'x-repram-time': '1' } });
    expect(await send()).toEqual({ kind: 'rejected', status: 403 });
    await world.close();
    world = await open([SECRET], 10_000);
    world.behave({ status: 403, headers: { 'x-repram-time': '1' } });
    expect(await send()).toEqual({ kind: 'stale' });
    world.behave({ status: 403 });
    expect(await send()).toEqual({ kind: 'rejected', status: 403 });
  });
});
