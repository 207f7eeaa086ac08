import { describe, expect, test } from 'vitest';
import type { Fault } from './faults.js';
import { failuresOf, runSingle } from './run-single.js';

describe('a node that keeps the rules', () => {
  test('conforms, every rule held against it', { timeout: 60_000 }, async () => {
    const results = await runSingle({});
    expect(failuresOf(results)).toEqual([]);
    const skipped = results.filter(({ status }) => status === 'skipped').map(({ id }) => id);
    expect(skipped.filter((id) => !id.startsWith('signature.'))).toEqual(['limits.rate']);
  });

  test('conforms with a secret', { timeout: 20_000 }, async () => {
    const only = ['signature.', 'write.replicated', 'delivery.applied', 'liveness.pong', 'bootstrap.answer'];
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
  ['acks-strangers', 'delivery.stranger'],
  ['answers-hearsay', 'sync.hearsay'],
  ['answers-ping-of-strangers', 'liveness.stranger'],
  ['answers-syncs-for-ever', 'sync.storm'],
  ['applies-duplicates', 'delivery.dedup'],
  ['ceils-remaining-ttl', 'values.remaining-ttl'],
  ['counts-strangers-acks', 'write.strangers-ack'],
  ['crashes-on-bad-percent', 'hostile.targets'],
  ['echoes-no-origin', 'cors.preflight'],
  ['forgets-itself-in-bootstrap', 'bootstrap.answer'],
  ['forwards-writes', 'delivery.not-forwarded'],
  ['gives-up-on-429', 'write.busy-429'],
  ['ignores-enclaves', 'write.enclave-only'],
  ['ignores-hearsay', 'sync.hearsay'],
  ['ignores-limit', 'listing.pages'],
  ['lists-expired', 'ttl.expiry'],
  ['lists-itself', 'identity.topology'],
  ['loses-empty-values', 'values.empty'],
  ['mangles-binary', 'values.binary'],
  ['never-acks', 'delivery.applied'],
  ['no-maximum-ttl', 'ttl.clamp'],
  ['no-security-headers', 'headers.security'],
  ['prefers-ttl-header', 'ttl.query-first'],
  ['quorum-always', 'write.pending'],
  ['rejects-unknown-fields', 'delivery.unknown-fields'],
  ['rejects-unknown-types', 'delivery.inert'],
  ['sorts-by-utf16', 'listing.bytewise'],
  ['speaks-newer-types', 'peers.old-protocol'],
  ['takes-garbage', 'delivery.not-json'],
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
