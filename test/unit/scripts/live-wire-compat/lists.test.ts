import { describe, expect, test } from 'vitest';
import { LIST_GROUPS } from '../../../../scripts/live-wire-compat/lists/groups.js';
import { ListBench } from '../../../../scripts/live-wire-compat/lists/list-bench.js';
import { type CheckResult, runGroups } from '../../../../scripts/live-wire-compat/runner.js';
import { Selection } from '../../../../scripts/live-wire-compat/selection.js';
import { faultOfLine, ListKey, readLine } from '../../../../scripts/live-wire-compat/wire/root-list.js';
import { KEYS, signedLine } from '../../../support/root-lists.js';
import type { ListFault } from './fake-list-rules.js';
import { FakeLists } from './fake-lists.js';

const SILENT = { groupStarted: (): void => undefined, checkEnded: (): void => undefined };

async function judge(faults: readonly ListFault[], only: readonly string[] = []): Promise<readonly CheckResult[]> {
  const tool = new FakeLists(faults);
  const bench = await ListBench.open({ tool, startNode: (environment) => tool.node(environment) });
  try {
    return await runGroups(new Selection(only).of(LIST_GROUPS), bench, SILENT);
  } finally {
    await bench.close();
  }
}

describe('the reader of root lists', () => {
  const publicKey = Buffer.from(KEYS.publicKey).toString('base64');

  // RFC 8032, 7.1, test 1.
  test('signs and derives keys as Ed25519 says', () => {
    const key = new ListKey(Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'));
    const hex = (text: string): string => Buffer.from(text, 'base64').toString('hex');
    expect(hex(key.publicKey)).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    expect(hex(key.signature(''))).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    );
  });

  test('finds nothing wrong with what the product signs, until it expires or is changed', () => {
    const line = signedLine({ expiresS: 2000 });
    expect(faultOfLine(line, publicKey, 1999)).toBeUndefined();
    expect(faultOfLine(line, publicKey, 2000)).toBe('expired at 2000');
    expect(faultOfLine(line.replace('a.test', 'b.test'), publicKey, 1)).toBe('the signature is not of this key');
    expect(faultOfLine(line, ListKey.fresh().publicKey, 1)).toBe('the signature is not of this key');
  });

  test.each([
    ['', 'is no field'],
    ['v=1;v=1', 'v appears twice'],
    ['v=1;x=1', '"x=1" is no field'],
    ['exp=1;nodes=a:1', 'v, sig missing'],
  ])('says why %j is no list', (line, why) => {
    expect(readLine(line)).toContain(why);
  });

  test.each([
    [{ version: 'omega-v2', expires: 9, nodes: ['a:1'] }, 'version'],
    [{ version: 'omega-v1', expires: 1.5, nodes: ['a:1'] }, 'exp'],
    [{ version: 'omega-v1', expires: 9, nodes: [''] }, 'no nodes'],
  ])('says what is wrong with a signed %j', (content, why) => {
    const key = ListKey.fresh();
    expect(faultOfLine(key.line(content), key.publicKey, 1)).toContain(why);
  });
});

const BROKEN: readonly (readonly [ListFault, string])[] = [
  ['admits-everybody', 'omega.root'],
  ['admits-nobody', 'omega.root'],
  ['expires-in-milliseconds', 'omega.canonical'],
  ['forgets-the-pointer', 'omega.dns'],
  ['ignores-unknown-fields', 'omega.strict'],
  ['leaves-files-readable', 'omega.keygen'],
  ['leaves-files-readable', 'omega.root'],
  ['lets-the-last-field-win', 'omega.strict'],
  ['needs-field-order', 'omega.foreign'],
  ['prints-the-private-key', 'omega.keygen'],
  ['publishes-strings-as-records', 'omega.dns'],
  ['reads-any-base64', 'omega.strict'],
  ['reads-numbers-loosely', 'omega.strict'],
  ['reads-no-seed-files', 'omega.signed'],
  ['refuses-long-lists', 'omega.long'],
  ['signs-nodes-as-given', 'omega.signed'],
  ['takes-any-node', 'omega.strict'],
  ['takes-any-signature', 'omega.tampered'],
  ['takes-any-version', 'omega.untrusted'],
  ['takes-expired-lists', 'omega.untrusted'],
  ['trusts-its-cache', 'omega.cache-read'],
  ['verifies-nodes-as-written', 'omega.foreign'],
  ['writes-nodes-as-given', 'omega.canonical'],
  ['writes-the-seed-alone', 'omega.keygen'],
];

describe('root lists', () => {
  test('that keep the rules conform', async () => {
    const results = await judge([]);
    expect(results.map(({ id, status, detail }) => (status === 'passed' ? id : `${id}: ${detail}`))).toEqual(
      LIST_GROUPS.flatMap(({ checks }) => checks.map(({ id }) => id)),
    );
  });

  test.concurrent.each(BROKEN)(
    'of commands that break a rule, %s, are caught by %s',
    { timeout: 20_000 },
    async (fault, check) => {
      const [result, ...others] = await judge([fault], [check]);
      expect(others).toEqual([]);
      expect(result).toMatchObject({ id: check, status: 'failed' });
      expect(result?.detail).not.toBe('');
    },
  );
});
