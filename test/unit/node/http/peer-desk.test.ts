import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { selfBootstrapRequest } from '../../../../src/gossip/self.js';
import { decodeNodesAnswer } from '../../../../src/gossip/wire/answer.js';
import { encodeBootstrapRequest } from '../../../../src/gossip/wire/bootstrap-codec.js';
import { encodeMessage } from '../../../../src/gossip/wire/encode.js';
import { decodeReplicaAnswer, encodeReplicaRequest } from '../../../../src/gossip/wire/replica-codec.js';
import { type DeskAnswer, PeerDesk, refusesUnsigned } from '../../../../src/node/http/peer-desk.js';
import { BOOTSTRAP_PATH, MESSAGE_PATH, REPLICA_PATH } from '../../../../src/node/wire/paths.js';
import { signBody, verifyBody } from '../../../../src/node/wire/signature.js';
import { entry } from '../../../support/entries.js';
import { GossipBench, infoOf, putOf, SELF } from '../../../support/gossip-bench.js';
import { now } from '../../../support/now.js';
import { peerGuards } from '../../../support/peer-guards.js';

const SECRET = 'secret';
const PUT = encodeMessage(putOf('peer', 'm', { wantsReply: true }));
const JOIN = encodeBootstrapRequest(
  selfBootstrapRequest({ ...SELF, id: 'peer', address: { host: 'peer.test', port: 8080 }, instance: 'bbbb' }),
);

let bench: GossipBench;
let gate: { draining: boolean };
beforeEach(() => {
  bench = new GossipBench();
  gate = { draining: false };
});
afterEach(() => bench.gossip.stop());

function desk(...secrets: string[]): PeerDesk {
  const guards = peerGuards(secrets, {
    clock: bench.clock,
    log: bench.log,
    metrics: bench.metrics,
    maxAgeMs: secrets.length === 0 ? 0 : 300_000,
  });
  return new PeerDesk({ metrics: bench.metrics }, { gossip: bench.gossip, gate, ...guards });
}

/** A question of a member, asked so long ago. */
function giveOf(agoMs = 0, parts: { readonly from?: string; readonly enclave?: string } = {}): Uint8Array {
  const sentMs = bench.clock.nowMs() - agoMs;
  const entries = [entry(bench.clock.nowMs())];
  return encodeReplicaRequest({ op: 'give', from: 'peer', enclave: 'default', ...parts, sentMs, entries });
}

/** What the desk answers at once. */
function ask(desk: PeerDesk, ...question: Parameters<PeerDesk['answer']>): DeskAnswer {
  return now(desk.answer(...question));
}

function textOf({ status, body }: DeskAnswer): readonly [number, string] {
  return [status, Buffer.from(body).toString()];
}

describe('without a secret', () => {
  test('a write is taken, and its acknowledgement comes unsigned', () => {
    expect(ask(desk(), BOOTSTRAP_PATH, JOIN, undefined).status).toBe(200);
    const answer = ask(desk(), MESSAGE_PATH, PUT, undefined);
    expect(answer.status).toBe(200);
    expect(answer.headers).toEqual({ 'content-type': 'application/json' });
    expect(textOf(answer)[1]).toContain('"reply"');
    expect(bench.store.get('k')).toBeDefined();
  });

  test('a SYNC that asks for an answer is answered with the nodes known, and within the interval with nothing', () => {
    const nodeInfo = infoOf('peer', { incarnation: 1 });
    const body = encodeMessage({
      type: 'SYNC',
      from: 'peer',
      timestampS: 1,
      messageId: '',
      nodeInfo,
      wantsReply: true,
    });
    const answer = ask(desk(), MESSAGE_PATH, body, undefined);
    expect(decodeNodesAnswer(answer.body)?.nodes.map(({ id }) => id)).toEqual(['self']);
    expect(answer.headers).toEqual({ 'content-type': 'application/json' });
    expect(textOf(ask(desk(), MESSAGE_PATH, body, undefined))).toEqual([200, '{"success":true}']);
  });

  test('a type that is not known is taken all the same, and changes nothing', () => {
    const body = Buffer.from('{"type":"GREETING","from":"peer"}');
    expect(textOf(ask(desk(), MESSAGE_PATH, body, undefined))).toEqual([200, '{"success":true}']);
    expect(bench.metrics.value('repram_unknown_messages_total')).toBe(1);
  });

  test.each([MESSAGE_PATH, BOOTSTRAP_PATH, REPLICA_PATH] as const)(
    'rubbish posted to %s is refused and counted',
    (path) => {
      expect(ask(desk(), path, Buffer.from('rubbish'), undefined).status).toBe(400);
      expect(bench.metrics.value('repram_malformed_messages_total')).toBe(1);
    },
  );

  test('the node itself, at its own seed, hears so', () => {
    const body = encodeBootstrapRequest(selfBootstrapRequest(SELF));
    expect(ask(desk(), BOOTSTRAP_PATH, body, undefined).status).toBe(421);
  });
});

describe('questions between replicas', () => {
  beforeEach(() => bench.gossip.members.learn(infoOf('peer', { incarnation: 1 }), 'direct'));

  test('are answered as CBOR', () => {
    const answer = ask(desk(), REPLICA_PATH, giveOf(), undefined);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/cbor' } });
    expect(decodeReplicaAnswer(answer.body, 'give')).toMatchObject({ taken: 1, from: 'self', instance: SELF.instance });
    expect(bench.store.get('k')).toBeDefined();
  });

  test.each([
    [{ from: 'nobody' }, 'Not a member here: introduce yourself first'],
    [{ enclave: 'other' }, 'Of another enclave: its data is none of this node’s'],
  ])('of %j are refused, and change nothing', (parts, text) => {
    expect(textOf(ask(desk(), REPLICA_PATH, giveOf(0, parts), undefined))).toEqual([403, text]);
    expect(bench.store.get('k')).toBeUndefined();
  });

  test('that bring values are sent elsewhere while draining, and others are answered', () => {
    gate.draining = true;
    expect(textOf(ask(desk(), REPLICA_PATH, giveOf(), undefined))).toEqual([503, 'Shutting down']);
    const sentMs = bench.clock.nowMs();
    const read = encodeReplicaRequest({ op: 'read', key: 'k', from: 'peer', enclave: 'default', sentMs });
    expect(ask(desk(), REPLICA_PATH, read, undefined).status).toBe(200);
  });

  test('count only signed and recent where there is a secret, and so are their answers', () => {
    expect(ask(desk(SECRET), REPLICA_PATH, giveOf(), undefined).status).toBe(403);
    const old = giveOf(600_000);
    const refusal = ask(desk(SECRET), REPLICA_PATH, old, signBody(SECRET, old));
    expect(textOf(refusal)).toEqual([403, 'Stale message']);
    expect(refusal.headers['x-repram-time']).toBe(String(bench.clock.nowMs()));
    expect(bench.store.get('k')).toBeUndefined();
    const recent = giveOf();
    const answer = ask(desk(SECRET), REPLICA_PATH, recent, signBody(SECRET, recent));
    expect(answer.status).toBe(200);
    expect(verifyBody(SECRET, answer.body, answer.headers['x-repram-signature'])).toBe('ok');
  });
});

describe('while draining', () => {
  test.each([
    ['a write', MESSAGE_PATH, PUT],
    ['a node that wants to join', BOOTSTRAP_PATH, JOIN],
  ] as const)('%s is sent elsewhere', (_, path, body) => {
    gate.draining = true;
    const answer = ask(desk(), path, body, undefined);
    expect(textOf(answer)).toEqual([503, 'Shutting down']);
    expect(answer.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
    expect(bench.store.get('k')).toBeUndefined();
  });

  test('messages other than writes still count: the writes that are left need their acknowledgements', () => {
    gate.draining = true;
    const ping = encodeMessage({ type: 'PING', from: 'peer', timestampS: 1, messageId: 'p', to: '' });
    expect(ask(desk(), MESSAGE_PATH, ping, undefined).status).toBe(200);
  });
});

describe('with a secret', () => {
  test('what is signed gets in, and the reply is signed in turn', () => {
    expect(ask(desk(SECRET), BOOTSTRAP_PATH, JOIN, signBody(SECRET, JOIN)).status).toBe(200);
    const answer = ask(desk(SECRET), MESSAGE_PATH, PUT, signBody(SECRET, PUT));
    expect(answer.status).toBe(200);
    expect(verifyBody(SECRET, answer.body, answer.headers['x-repram-signature'])).toBe('ok');
  });

  test('a list of nodes is signed like any reply', () => {
    const nodeInfo = infoOf('peer', { incarnation: 1 });
    const body = encodeMessage({
      type: 'SYNC',
      from: 'peer',
      timestampS: bench.clock.nowMs() / 1000,
      messageId: '',
      nodeInfo,
      wantsReply: true,
    });
    const answer = ask(desk(SECRET), MESSAGE_PATH, body, signBody(SECRET, body));
    expect(decodeNodesAnswer(answer.body)).toMatchObject({ nodes: [{ id: 'self' }], sentMs: bench.clock.nowMs() });
    expect(verifyBody(SECRET, answer.body, answer.headers['x-repram-signature'])).toBe('ok');
  });

  test.each([
    ['none', undefined, 'Missing signature'],
    ['an empty one', '', 'Missing signature'],
    ['one of another secret', signBody('other', PUT), 'Invalid signature'],
  ])('with %s for a signature, nothing gets in', (_, signature, text) => {
    const answer = ask(desk(SECRET), MESSAGE_PATH, PUT, signature);
    expect(textOf(answer)).toEqual([403, text]);
    expect(refusesUnsigned(answer)).toBe(true);
    expect(bench.metrics.value('repram_signature_failures_total')).toBe(1);
    expect(bench.store.get('k')).toBeUndefined();
  });

  test('a request that cannot be signed is refused before its body is known, once', () => {
    expect(desk(SECRET).refusalOf(undefined)).toMatchObject({ status: 403 });
    expect(bench.metrics.value('repram_signature_failures_total')).toBe(1);
    expect(desk(SECRET).refusalOf('any')).toBeUndefined();
    expect(desk().refusalOf(undefined)).toBeUndefined();
  });

  test('a peer that is refused for other reasons is still a peer', () => {
    const own = encodeBootstrapRequest(selfBootstrapRequest({ ...SELF, id: 'peer', instance: 'bbbb' }));
    const answer = ask(desk(SECRET), BOOTSTRAP_PATH, own, signBody(SECRET, own));
    expect(answer.status).toBe(403);
    expect(refusesUnsigned(answer)).toBe(false);
  });
});

describe('with several secrets', () => {
  test('a message signed by any of them gets in, and the answer is signed by the first', () => {
    const join = ask(desk('new', 'old'), BOOTSTRAP_PATH, JOIN, signBody('old', JOIN));
    expect(join.status).toBe(200);
    const answer = ask(desk('new', 'old'), MESSAGE_PATH, PUT, signBody('old', PUT));
    expect(verifyBody('new', answer.body, answer.headers['x-repram-signature'])).toBe('ok');
    expect(bench.metrics.value('repram_signatures_verified_total', { secret: '2' })).toBe(2);
  });
});

describe('a message whose time is far from the clock of the node', () => {
  const syncOf = (ageMs: number) =>
    encodeMessage({
      type: 'SYNC',
      from: 'peer',
      timestampS: Math.floor((bench.clock.nowMs() - ageMs) / 1000),
      messageId: '',
      nodeInfo: infoOf('peer', { incarnation: 1 }),
    });

  test.each([600_000, -600_000])('by %i ms is refused with the time it is here, and changes nothing', (ageMs) => {
    const body = syncOf(ageMs);
    const answer = ask(desk(SECRET), MESSAGE_PATH, body, signBody(SECRET, body));
    expect(textOf(answer)).toEqual([403, 'Stale message']);
    expect(answer.headers['x-repram-time']).toBe(String(bench.clock.nowMs()));
    expect(refusesUnsigned(answer)).toBe(false);
    expect(bench.metrics.value('repram_stale_messages_total')).toBe(1);
    expect(bench.gossip.members.get('peer')).toBeUndefined();
  });

  test('within the bound is taken', () => {
    const body = syncOf(200_000);
    expect(ask(desk(SECRET), MESSAGE_PATH, body, signBody(SECRET, body)).status).toBe(200);
    expect(bench.gossip.members.get('peer')).toBeDefined();
  });

  test('is not even looked at for its time where the signature is wrong', () => {
    const body = syncOf(600_000);
    expect(textOf(ask(desk(SECRET), MESSAGE_PATH, body, signBody('other', body)))[1]).toBe('Invalid signature');
    expect(bench.metrics.value('repram_stale_messages_total')).toBe(0);
  });

  test('is taken all the same when it is a write: its version decides', () => {
    ask(desk(SECRET), BOOTSTRAP_PATH, JOIN, signBody(SECRET, JOIN));
    const body = encodeMessage(putOf('peer', 'late', { timestampS: 1 }));
    expect(ask(desk(SECRET), MESSAGE_PATH, body, signBody(SECRET, body)).status).toBe(200);
  });
});
