import { beforeEach, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../../../src/node/config/resolve.js';
import { createOmega, type OmegaConfig } from '../../../../src/node/omega/create-omega.js';
import { formatPublicKey } from '../../../../src/omega/keys.js';
import type { HttpGetAnswer } from '../../../../src/omega/ports/http-get.js';
import type { TxtAnswer } from '../../../../src/omega/ports/resolver.js';
import { ReadableMetrics, RecordingLog, SeededRng } from '../../../support/ports.js';
import { DAY_S, KEYS, MemoryFiles, START_S, signedLine } from '../../../support/root-lists.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const SELF = { host: 'a.test', port: 8080 };
const PEER = { host: 'peer.test', port: 1 };
const KEY = formatPublicKey(KEYS.publicKey);

let clock: VirtualClock;
let log: RecordingLog;
let files: MemoryFiles;
let txt: (name: string) => TxtAnswer;

beforeEach(() => {
  clock = new VirtualClock();
  log = new RecordingLog();
  files = new MemoryFiles();
  txt = (name) => ({ kind: 'found', records: [name.startsWith('_bootstrap') ? 'omega=list.test' : signedLine()] });
});

function omega(config: Partial<OmegaConfig>, self = SELF) {
  const ports = { clock, rng: new SeededRng(1), log, metrics: new ReadableMetrics(), files, home: '/home' };
  const http = { get: async (): Promise<HttpGetAnswer> => ({ kind: 'ok', text: signedLine() }) };
  const resolver = { txt: async (name: string) => txt(name) };
  return createOmega({ ...defaultConfig(), omegaPublicKeys: [KEY], ...config }, self, { ...ports, http, resolver });
}

async function started(config: Partial<OmegaConfig>, self = SELF) {
  const made = omega(config, self);
  if (made === undefined) throw new Error('no omega');
  const ready = made.start();
  await clock.run(0);
  await ready;
  return made;
}

describe('createOmega', () => {
  it.each<[string, Partial<OmegaConfig>]>([
    ['DNS', { omegaDomain: 'net.test' }],
    ['a URL', { omegaUrl: 'https://net.test/list?token=1' }],
    ['a file', { omegaFile: '/list' }],
    ['the configuration', { omegaList: signedLine() }],
  ])('finds the roots by %s', async (_, config) => {
    files.files.set('/list', signedLine());
    const made = await started(config);
    expect(made.seeds()).toEqual([SELF, { host: 'b.test', port: 8080 }]);
    expect(made.admitsJoiners()).toBe(true);
    expect(made.status()).toEqual({
      state: 'valid',
      root: true,
      trusted_keys: [KEY],
      list: {
        version: 'omega-v1',
        expires_unix_seconds: START_S + DAY_S,
        nodes: ['a.test:8080', 'b.test:8080'],
        key: KEY,
      },
      last_refresh_unix_seconds: START_S,
    });
    expect(files.files.has('/home/.repram/cache/root-list.json')).toBe(true);
    expect(JSON.stringify(log.lines)).not.toContain('token');
    made.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('NoSource_NoOmega_AndAPublicNodeSaysWhy', () => {
    expect(omega({})).toBeUndefined();
    expect(omega({ peers: [PEER] })).toBeUndefined();
    expect(log.messages('info')).toEqual([
      expect.stringContaining('this node knows nobody; set --omega-domain'),
      expect.stringContaining('joins through the peers given by hand'),
    ]);
    expect(omega({ network: 'private' })).toBeUndefined();
    expect(log.lines).toHaveLength(2);
  });

  it.each([[[]], [['nonsense']], [[Buffer.alloc(32, 0xff).toString('base64')]]])('refuses the keys %j', (keys) => {
    expect(() => omega({ omegaDomain: 'net.test', omegaPublicKeys: keys })).toThrow(
      expect.objectContaining({ code: 'BAD_CONFIG' }),
    );
  });

  it('PublicNodeThatIsNotListed_AdmitsNobody_PrivateOnesDo', async () => {
    const other = { host: 'other.test', port: 8080 };
    const publicNode = await started({ omegaDomain: 'net.test' }, other);
    expect([publicNode.status().root, publicNode.admitsJoiners()]).toEqual([false, false]);
    publicNode.stop();
    const privateNode = await started({ omegaDomain: 'net.test', network: 'private' }, other);
    expect(privateNode.admitsJoiners()).toBe(true);
    privateNode.stop();
  });

  it('JoinerTurnedAway_HasANewerListLookedFor_OnceInAWhile', async () => {
    let asked = 0;
    const answer = txt;
    const made = await started({ omegaDomain: 'net.test' }, { host: 'other.test', port: 8080 });
    txt = (name) => {
      if (name.startsWith('_bootstrap')) asked++;
      return answer(name);
    };
    for (let second = 0; second < 65; second++) {
      expect(made.admitsJoiners()).toBe(false);
      await clock.run(1000);
    }
    expect(asked).toBe(2);
    made.stop();
  });

  it('ListTaken_IsToldToWhoeverAskedForSeeds', async () => {
    const made = omega({ omegaDomain: 'net.test' });
    const told: string[][] = [];
    made?.subscribe(() => void told.push(made.seeds().map(({ host }) => host)));
    void made?.start();
    await clock.run(0);
    expect(told).toEqual([['a.test', 'b.test']]);
    made?.stop();
  });

  it('PeersByHand_WinOnAPublicNetwork_WithAWarning_AndComeFirstOnAPrivateOne', async () => {
    const publicNode = await started({ omegaDomain: 'net.test', peers: [PEER] });
    expect(publicNode.seeds()).toEqual([PEER]);
    expect(log.messages('warn')).toEqual([expect.stringContaining('instead of the signed root list')]);
    publicNode.stop();
    const privateNode = await started({ omegaDomain: 'net.test', peers: [PEER, SELF], network: 'private' });
    expect(privateNode.seeds()).toEqual([PEER, SELF, { host: 'b.test', port: 8080 }]);
    privateNode.stop();
  });

  it('ListThatIsNotToBeHad_LeavesNoSeeds_AndSaysWhatFailedLast', async () => {
    txt = () => ({ kind: 'failed', reason: 'ETIMEOUT' });
    const made = await started({ omegaDomain: 'net.test' });
    expect([made.seeds(), made.admitsJoiners()]).toEqual([[], false]);
    expect(made.status()).toMatchObject({
      state: 'none',
      last_refresh_unix_seconds: 0,
      last_failure: { source: 'dns net.test', code: 'DNS_FAILED' },
    });
    made.stop();
  });
});
