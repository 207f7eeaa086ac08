import { describe, expect, test } from 'vitest';
import { collectPublicKeys } from '../../../../src/node/config/omega-keys.js';
import { OPTIONS } from '../../../../src/node/config/options.js';
import { resolveConfig } from '../../../../src/node/config/resolve.js';
import { formatPublicKey } from '../../../../src/omega/keys.js';
import { KEYS, OTHER_KEYS, signedLine } from '../../../support/root-lists.js';

const KEY = formatPublicKey(KEYS.publicKey);
const OTHER = formatPublicKey(OTHER_KEYS.publicKey);

function resolve(env: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = {}) {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error('no such file');
    return text;
  };
  return resolveConfig({ flags: {}, env, readFile });
}

function parsed(name: 'omegaDomain' | 'omegaResolvers' | 'omegaUrl' | 'omegaList' | 'omegaPublicKeys', text: string) {
  const result = OPTIONS[name].type.parse(text);
  return result.ok ? result.value : undefined;
}

describe('values', () => {
  test('are read as they are meant', () => {
    expect(parsed('omegaDomain', ' Net.Example.ORG. ')).toBe('net.example.org');
    expect(parsed('omegaUrl', 'https://h.test/list?a=b')).toBe('https://h.test/list?a=b');
    expect(parsed('omegaList', `${signedLine()}\n`)).toBe(signedLine());
    expect(parsed('omegaPublicKeys', `${KEY}, ${OTHER},${KEY}`)).toEqual([KEY, OTHER]);
    expect(parsed('omegaResolvers', '10.0.0.1,10.0.0.1:5300,::1,[::1]:5300')).toEqual([
      { host: '10.0.0.1', port: 53 },
      { host: '10.0.0.1', port: 5300 },
      { host: '::1', port: 53 },
      { host: '::1', port: 5300 },
    ]);
  });

  test.each([
    ['omegaDomain', '10.0.0.1'],
    ['omegaDomain', 'a b'],
    ['omegaDomain', `${'a'.repeat(60)}.`.repeat(4)],
    ['omegaUrl', 'file:///etc/passwd'],
    ['omegaUrl', 'https://user:secret@h.test/'],
    ['omegaUrl', 'h.test'],
    ['omegaList', 'v=omega-v1'],
    ['omegaPublicKeys', 'AAAA'],
    ['omegaPublicKeys', Array.from({ length: 9 }, (_, i) => Buffer.alloc(32, i).toString('base64')).join(',')],
    ['omegaResolvers', 'dns.example.org'],
    ['omegaResolvers', '10.0.0.1:0'],
    ['omegaResolvers', Array.from({ length: 9 }, (_, i) => `10.0.0.${i}`).join(',')],
  ] as const)('%s refuses %s', (name, text) => {
    expect(parsed(name, text)).toBeUndefined();
  });
});

describe('keys', () => {
  test('of the option and of the file are trusted together', () => {
    const env = { REPRAM_OMEGA_DOMAIN: 'n.test', REPRAM_OMEGA_PUBKEY: KEY, REPRAM_OMEGA_PUBKEY_FILE: 'keys' };
    const result = resolve(env, { keys: `# both\n${OTHER}\n${KEY}\n` });
    expect(result).toMatchObject({ ok: true, config: { omegaPublicKeys: [KEY, OTHER] } });
  });

  test('of a file alone are shown to come from it', () => {
    const result = resolve({ REPRAM_OMEGA_DOMAIN: 'n.test', REPRAM_OMEGA_PUBKEY_FILE: 'keys' }, { keys: KEY });
    expect(result).toMatchObject({ ok: true, origins: { omegaPublicKeys: { name: 'REPRAM_OMEGA_PUBKEY_FILE' } } });
  });

  test.each([
    ['cannot read "keys"', {}],
    ['holds no key', { keys: '# nothing\n' }],
    ['is no list of public keys', { keys: 'AAAA' }],
  ])('a file is a problem: %s', (message, files) => {
    const result = resolve({ REPRAM_OMEGA_DOMAIN: 'n.test', REPRAM_OMEGA_PUBKEY_FILE: 'keys' }, files);
    expect(result).toMatchObject({ ok: false, problems: [expect.stringContaining(message)] });
  });

  test('are at most eight, wherever they come from', () => {
    const keys = Array.from({ length: 8 }, (_, i) => Buffer.alloc(32, i).toString('base64'));
    expect(collectPublicKeys([KEY], 'f', 'place', () => keys.join('\n')).problems).toEqual([
      'place: 9 keys are given; a node trusts at most 8',
    ]);
  });

  test.each(['DOMAIN', 'URL', 'FILE', 'LIST'])('are missed where a list is given by REPRAM_OMEGA_%s', (source) => {
    const text = { DOMAIN: 'n.test', URL: 'http://h.test', FILE: 'f', LIST: signedLine() }[source] ?? '';
    expect(resolve({ [`REPRAM_OMEGA_${source}`]: text })).toMatchObject({
      ok: false,
      problems: [
        expect.stringMatching(new RegExp(`^REPRAM_OMEGA_${source} gives a signed root list, but there is no key`)),
      ],
    });
  });

  test('that have nothing to verify are a warning, and ones that are no keys one problem', () => {
    expect(resolve({ REPRAM_OMEGA_PUBKEY: KEY })).toMatchObject({
      ok: true,
      warnings: [expect.stringContaining('has no effect; set --omega-domain')],
    });
    const bad = resolve({ REPRAM_OMEGA_DOMAIN: 'n.test', REPRAM_OMEGA_PUBKEY: 'AAAA' });
    expect(bad).toMatchObject({ ok: false, problems: [expect.stringContaining('is not 32 bytes in base64')] });
  });
});
