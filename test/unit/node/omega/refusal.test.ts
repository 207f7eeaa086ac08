import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../../../src/node/omega/refusal.js';
import type { OmegaStatus } from '../../../../src/omega/status.js';

const PEER = { host: 'a.test', port: 1 };

function omega(state: OmegaStatus['state']): { status: () => OmegaStatus } {
  const list = { version: 'omega-v1', expires_unix_seconds: 1_800_000_000, nodes: ['a.test:1'], key: 'K' };
  const failure = { last_failure: { source: 'dns net.test', code: 'DNS_FAILED' } } as const;
  const status = { state, root: false, trusted_keys: ['K'], last_refresh_unix_seconds: 0, ...failure };
  return { status: () => (state === 'none' ? status : { ...status, list }) };
}

describe('refusalOf', () => {
  it('PublicNode_WithAnExpiredListAlone_IsRefused_AndSaysWhy', () => {
    const refusal = refusalOf({ network: 'public', peers: [] }, omega('expired'));
    expect(refusal?.code).toBe('NO_ROOT_LIST');
    expect(refusal?.message).toContain('EXPIRED: the cached root list expired at 2027-01-15T08:00:00Z');
    expect(refusal?.message).toContain('(dns net.test: DNS_FAILED)');
  });

  it.each(['none', 'valid', 'grace'] as const)('PublicNode_WhoseListIs_%s_IsNot', (state) => {
    expect(refusalOf({ network: 'public', peers: [] }, omega(state))).toBeUndefined();
  });

  it('PeersByHand_OrAPrivateNetwork_DoWithoutAList', () => {
    expect(refusalOf({ network: 'public', peers: [PEER] }, omega('expired'))).toBeUndefined();
    expect(refusalOf({ network: 'private', peers: [] }, omega('expired'))).toBeUndefined();
  });
});
