import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../../../src/gossip/wire/message.js';
import { dialPeer } from '../../../../src/node/transport/dial-peer.js';
import { HttpTransport } from '../../../../src/node/transport/http-transport.js';
import type { PeerLink, PeerResult } from '../../../../src/node/transport/peer-link.js';
import { peerGuards } from '../../../support/peer-guards.js';
import { ReadableMetrics } from '../../../support/ports.js';

const PING: Message = { type: 'PING', from: 'a', timestampS: 1, messageId: '', to: '' };
const REQUEST = { nodeId: 'a', address: 'a', gossipPort: 0, httpPort: 1, enclave: 'default' };

class CountingLink implements PeerLink {
  posts = 0;
  closed = false;

  async post(): Promise<PeerResult> {
    if (this.closed) return { failure: { kind: 'aborted' } };
    this.posts++;
    return { answer: { status: 200, headers: {}, body: new Uint8Array() } };
  }

  close(): void {
    this.closed = true;
  }
}

let transport: HttpTransport;
beforeEach(() => {
  transport = new HttpTransport({ metrics: new ReadableMetrics(), dial: dialPeer }, peerGuards());
});
afterEach(() => transport.close());

test.each([
  ['a label that is no punycode', 'xn--a'],
  ['such a label within a name', 'node.xn--0.example'],
  ['link-local metadata', '169.254.169.254'],
  ['link-local metadata as IPv6', '::ffff:169.254.169.254'],
])('%s, which somebody gossiped, is refused and throws nothing', async (_, host) => {
  expect(await transport.send({ host, port: 80 }, PING, 1000)).toEqual({ kind: 'refused' });
  expect(await transport.bootstrap({ host, port: 80 }, REQUEST, 1000)).toEqual({ kind: 'failed', reason: 'refused' });
  transport.forget({ host, port: 80 });
});

test('after it was closed, nothing is sent', async () => {
  transport.close();
  expect(await transport.send({ host: '127.0.0.1', port: 1 }, PING, 1000)).toEqual({ kind: 'aborted' });
});

describe('while a peer is dialled', () => {
  const PEER = { host: 'peer.test', port: 80 };
  let dials: ((link: PeerLink) => void)[];
  let dialling: HttpTransport;
  beforeEach(() => {
    dials = [];
    const dial = () => new Promise<PeerLink>((resolve) => dials.push(resolve));
    dialling = new HttpTransport({ metrics: new ReadableMetrics(), dial }, peerGuards());
  });
  afterEach(() => dialling.close());

  test('a second post does not dial again, and both travel on one link', async () => {
    const sends = [dialling.send(PEER, PING, 1000), dialling.send(PEER, PING, 1000)];
    expect(dials).toHaveLength(1);
    const link = new CountingLink();
    dials[0]?.(link);
    expect(await Promise.all(sends)).toEqual([{ kind: 'ok' }, { kind: 'ok' }]);
    expect(await dialling.send(PEER, PING, 1000)).toEqual({ kind: 'ok' });
    expect([dials.length, link.posts]).toEqual([1, 3]);
  });

  test('a close ends the link that comes too late, and the post as aborted', async () => {
    const sent = dialling.send(PEER, PING, 1000);
    dialling.close();
    const link = new CountingLink();
    dials[0]?.(link);
    expect(await sent).toEqual({ kind: 'aborted' });
    expect([link.closed, link.posts]).toEqual([true, 0]);
  });

  test('after it was closed, nobody is dialled', async () => {
    dialling.close();
    expect(await dialling.send(PEER, PING, 1000)).toEqual({ kind: 'aborted' });
    expect(dials).toHaveLength(0);
  });
});
