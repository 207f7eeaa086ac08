import { describe, expect, test } from 'vitest';
import type { Fault } from './faults.js';
import { failuresOf, runSingle } from './run-single.js';

describe('a node that keeps the rules', () => {
  test('conforms, every rule held against it', { timeout: 60_000 }, async () => {
    const results = await runSingle({});
    expect(failuresOf(results)).toEqual([]);
    const skipped = results.filter(({ status }) => status === 'skipped').map(({ id }) => id);
    expect(skipped.filter((id) => !/signature[.-]/.test(id))).toEqual(['limits.rate']);
  });

  test('conforms with a secret', { timeout: 20_000 }, async () => {
    const only = ['signature.', 'child.', 'write.replicated', 'delivery.applied', 'liveness.pong', 'bootstrap.answer'];
    const results = await runSingle({ secret: 'sécret ☃', only });
    expect(failuresOf(results)).toEqual([]);
    const passed = results.filter(({ id, status }) => id.startsWith('signature.') && status === 'passed');
    expect(passed.map(({ id }) => id)).toEqual([
      'signature.missing',
      'signature.wrong',
      'signature.good',
      'signature.before-json',
      'signature.clients-need-none',
      'signature.outgoing',
    ]);
  });
});

const BROKEN: readonly (readonly [Fault, string])[] = [
  ['acks-no-child', 'child.write-acked'],
  ['acks-strangers', 'delivery.stranger'],
  ['alters-child-ids', 'child.write-relayed'],
  ['answers-hearsay', 'sync.hearsay'],
  ['answers-ping-of-strangers', 'liveness.stranger'],
  ['answers-syncs-for-ever', 'sync.storm'],
  ['applies-duplicates', 'delivery.dedup'],
  ['ceils-remaining-ttl', 'values.remaining-ttl'],
  ['counts-strangers-acks', 'write.strangers-ack'],
  ['crashes-on-bad-percent', 'hostile.targets'],
  ['echoes-child-writes', 'child.write-siblings'],
  ['echoes-no-origin', 'cors.preflight'],
  ['forgets-its-children', 'child.client-write'],
  ['forgets-itself-in-welcome', 'child.welcome'],
  ['forgets-itself-in-bootstrap', 'bootstrap.answer'],
  ['forwards-writes', 'delivery.not-forwarded'],
  ['gives-up-on-429', 'write.busy-429'],
  ['hears-before-hello', 'child.gossip-before-hello'],
  ['hears-second-hellos', 'child.two-hellos'],
  ['hears-second-hellos', 'child.many-hellos'],
  ['ignores-child-enclaves', 'child.mesh-write'],
  ['ignores-child-enclaves', 'child.other-enclave'],
  ['ignores-enclaves', 'write.enclave-only'],
  ['ignores-hearsay', 'sync.hearsay'],
  ['ignores-limit', 'listing.pages'],
  ['keeps-garbage-sockets', 'child.garbage'],
  ['keeps-left-children', 'child.goodbye'],
  ['lists-children', 'child.not-listed'],
  ['lists-expired', 'ttl.expiry'],
  ['lists-itself', 'identity.topology'],
  ['loses-empty-values', 'values.empty'],
  ['mangles-binary', 'values.binary'],
  ['mutes-pong-frames', 'child.ping'],
  ['never-acks', 'delivery.applied'],
  ['no-maximum-ttl', 'ttl.clamp'],
  ['no-security-headers', 'headers.security'],
  ['prefers-ttl-header', 'ttl.query-first'],
  ['quorum-always', 'write.pending'],
  ['reads-any-encoding', 'child.wrong-encoding'],
  ['refuses-unknown-frames', 'child.unknown-frames'],
  ['rejects-unknown-fields', 'delivery.unknown-fields'],
  ['rejects-unknown-types', 'delivery.inert'],
  ['relays-repeats', 'child.write-repeated'],
  ['selects-any-subprotocol', 'child.subprotocol'],
  ['sorts-by-utf16', 'listing.bytewise'],
  ['speaks-newer-types', 'peers.old-protocol'],
  ['takes-garbage', 'delivery.not-json'],
  ['takes-large-frames', 'child.oversized'],
  ['takes-nameless-children', 'child.hostile-hello'],
  ['tells-children-nothing', 'child.topology-sync'],
  ['tells-children-nothing', 'child.cbor'],
  ['waits-for-ever', 'child.half-frames'],
  ['yields-child-ids', 'child.id-of-a-child'],
  ['yields-its-own-id', 'child.id-of-the-node'],
];

describe('a node that breaks one rule', () => {
  test.concurrent.each(BROKEN)('%s is caught by %s', { timeout: 20_000 }, async (fault, check) => {
    const [result, ...others] = await runSingle({ faults: [fault], only: [check] });
    expect(result?.id).toBe(check);
    expect(others).toEqual([]);
    expect(result?.status).toBe('failed');
    expect(result?.detail).not.toBe('');
  });

  test.concurrent.each([
    ['takes-unsigned', 'signature.missing'],
    ['takes-any-signature', 'signature.wrong'],
    ['signs-nothing', 'signature.outgoing'],
    ['ignores-frame-signatures', 'child.signature-wrong'],
    ['verifies-printed-only', 'child.signature-forms'],
    ['signs-no-frames', 'child.signature-outgoing'],
  ] as const)('%s is caught by %s', { timeout: 20_000 }, async (fault, check) => {
    const [result] = await runSingle({ faults: [fault], only: [check], secret: 's' });
    expect(result).toMatchObject({ id: check, status: 'failed' });
  });
});

describe('a rate limit', () => {
  test('is waited out, and its answer is read', { timeout: 20_000 }, async () => {
    const only = ['identity.', 'limits.rate'];
    const results = await runSingle({ only, servedFreely: 10 });
    expect(results.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
    const [broken] = await runSingle({ only: ['limits.rate'], servedFreely: 10, faults: ['mumbles-429'] });
    expect(broken?.status).toBe('failed');
  });
});

describe('what nodes in the field are known to do', () => {
  test('is a note without strict', async () => {
    const only = ['sync.storm'];
    const [result] = await runSingle({ faults: ['answers-syncs-for-ever'], only, strict: false });
    expect(result?.status).toBe('info');
    expect(result?.detail).toMatch(/^known defect: \d+ answers/);
  });

  test('is no excuse for a broken rule', async () => {
    const [result] = await runSingle({ faults: ['never-acks'], only: ['delivery.applied'], strict: false });
    expect(result?.status).toBe('failed');
  });
});
