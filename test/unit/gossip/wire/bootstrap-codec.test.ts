import { describe, expect, it } from 'vitest';
import { decodeBootstrapAnswer, decodeBootstrapRequest } from '../../../../src/gossip/wire/bootstrap-codec.js';
import { MAX_BOOTSTRAP_PEERS } from '../../../../src/gossip/wire/limits.js';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const request = { node_id: 'j', address: '127.0.0.1', gossip_port: 1, http_port: 2, enclave: 'e' };
const peer = { id: 'n', address: 'h', port: 1, http_port: 2, enclave: 'e' };

describe('decodeBootstrapRequest', () => {
  it('fills in what older nodes leave out', () => {
    expect(decodeBootstrapRequest(bytes({ node_id: 'j', address: 'H', http_port: 2 }))).toEqual({
      ok: true,
      request: { nodeId: 'j', address: 'h', gossipPort: 0, httpPort: 2, enclave: 'default' },
    });
  });

  it.each([
    ['node_id', { ...request, node_id: '' }],
    ['address', { ...request, address: 'a/b' }],
    ['gossip_port', { ...request, gossip_port: 70_000 }],
    ['http_port', { ...request, http_port: 0 }],
    ['enclave', { ...request, enclave: 7 }],
    ['x.instance', { ...request, x: { incarnation: 1 } }],
  ])('rejects a wrong %s', (field, value) => {
    expect(decodeBootstrapRequest(bytes(value))).toEqual({ ok: false, error: `Invalid request: ${field}` });
  });

  it.each([[[]], ['x'], [null], [{ ...request, pad: 'x'.repeat(16 * 1024) }]])(
    'answers Invalid JSON to what is no request',
    (value) => {
      expect(decodeBootstrapRequest(bytes(value))).toEqual({ ok: false, error: 'Invalid JSON' });
    },
  );
});

describe('decodeBootstrapAnswer', () => {
  it('skips malformed entries and counts them', () => {
    const wrong = [{ enclave: 'default' }, null, 5, [], { ...peer, http_port: 0 }, { ...peer, x: {} }];
    expect(decodeBootstrapAnswer(bytes({ success: true, peers: [...wrong, peer] }))).toEqual({
      ok: true,
      answer: { peers: [{ id: 'n', address: 'h', port: 1, httpPort: 2, enclave: 'e' }] },
      skipped: wrong.length,
    });
  });

  it.each([null, undefined, []])('reads peers %j as none', (peers) => {
    expect(decodeBootstrapAnswer(bytes({ success: true, peers }))).toEqual({
      ok: true,
      answer: { peers: [] },
      skipped: 0,
    });
  });

  it.each([
    ['Invalid JSON', []],
    ['Invalid answer: success', { peers: [peer] }],
    ['Invalid answer: success', { success: false, peers: [] }],
    ['Invalid answer: peers', { success: true, peers: {} }],
    ['Invalid answer: peers', { success: true, peers: 'n' }],
  ])('answers %s to %j', (error, value) => {
    expect(decodeBootstrapAnswer(bytes(value))).toEqual({ ok: false, error });
  });

  it('takes as many peers as the limit says and counts the rest as skipped', () => {
    const peers = Array.from({ length: MAX_BOOTSTRAP_PEERS + 5 }, (_, i) => ({ ...peer, id: `n${i}` }));
    const result = decodeBootstrapAnswer(bytes({ success: true, peers }));
    expect(result.ok && [result.answer.peers.length, result.skipped]).toEqual([MAX_BOOTSTRAP_PEERS, 5]);
  });

  it('refuses nesting of megabytes unparsed', () => {
    expect(decodeBootstrapAnswer(Buffer.alloc(4_000_000, '['))).toEqual({ ok: false, error: 'Invalid JSON' });
  });
});
