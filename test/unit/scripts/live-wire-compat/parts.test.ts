import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { listChecks } from '../../../../scripts/live-wire-compat/catalogue.js';
import { commandOf, kindOf, substitute } from '../../../../scripts/live-wire-compat/cluster/command.js';
import { cpuSeconds } from '../../../../scripts/live-wire-compat/cluster/cpu.js';
import { parseOptions } from '../../../../scripts/live-wire-compat/options.js';
import { Inbox } from '../../../../scripts/live-wire-compat/recorder/inbox.js';
import { makeReport } from '../../../../scripts/live-wire-compat/report.js';
import { Selection } from '../../../../scripts/live-wire-compat/selection.js';
import { parseMessage } from '../../../../scripts/live-wire-compat/wire/message.js';
import { faultByOldRules } from '../../../../scripts/live-wire-compat/wire/old-rules.js';
import { isSignedBy, sign } from '../../../../scripts/live-wire-compat/wire/signature.js';

const RECORDED_BODY =
  '{"node_id":"ref-ts","address":"127.0.0.1","gossip_port":24990,"http_port":24989,"enclave":"fx-enclave"}';
const RECORDED_SIGNATURE = 'c83ae6b556805cbcaea59fcd61033276068cdf314df39b8eaf6fcb34ff30da78';

test('signs as the recorded node did', () => {
  expect(sign('another', RECORDED_BODY)).toBe(RECORDED_SIGNATURE);
  expect(isSignedBy('another', Buffer.from(RECORDED_BODY), RECORDED_SIGNATURE)).toBe(true);
  expect(isSignedBy('another', Buffer.from(`${RECORDED_BODY} `), RECORDED_SIGNATURE)).toBe(false);
  expect(isSignedBy('another', Buffer.from(RECORDED_BODY), undefined)).toBe(false);
});

test('reads a recorded message, and keeps off what is none', () => {
  const recorded =
    '{"type":"PUT","from":"ref-go","key":"empty","ttl":3600,"timestamp":1795215340,"message_id":"empty-1795215340977880792"}';
  expect(parseMessage(recorded)).toEqual(JSON.parse(recorded));
  for (const text of ['', '[]', 'null', '{}', '{"type":5,"from":"x"}']) expect(parseMessage(text)).toBeUndefined();
});

const OLD = { type: 'PING', from: 'a', timestamp: 1, message_id: 'm', node_info: { id: 'a', port: 1 } };

test.each([
  [{ type: 'NEWS' }, 'type "NEWS"'],
  [{ type: 'PINGREQ' }, 'type "PINGREQ"'],
  [{ type: undefined }, 'type undefined'],
  [{ from: '' }, 'PING without a sender'],
  [{ timestamp: 1.5 }, 'PING with timestamp 1.5'],
  [{ type: 'PUT', data: 'YQ' }, 'PUT with data "YQ"'],
  [{ ttl: '5' }, 'PING with ttl "5"'],
  [{ node_info: [] }, 'PING whose node_info is no object'],
  [{ node_info: { id: 'a', port: '1' } }, 'PING with node_info.port'],
  [{ x: { reply: true, news: [] } }, 'PING with x.news'],
  [{ x: { accused: 5 } }, 'PING with x.accused'],
])('finds what nodes in the field cannot read, or must not be told: %j', (fields, fault) => {
  expect(faultByOldRules(JSON.stringify({ ...OLD, ...fields }))).toBe(fault);
  expect(faultByOldRules(JSON.stringify({ ...OLD, x: { reply: true }, more: [] }))).toBeUndefined();
});

test.each([
  ['node  a.js', ['node', 'a.js']],
  [`sh -c 'cd x && exec "y z"'`, ['sh', '-c', 'cd x && exec "y z"']],
  ['"/a b/c" --x="1 \\" 2"', ['/a b/c', '--x=1 " 2']],
  ['a\\ b ""', ['a b', '']],
])('splits %s into words', (template, words) => {
  expect(commandOf(template)).toEqual(words);
});

test('puts values into words without splitting them again', () => {
  const values = {
    http_port: '1',
    gossip_port: '2',
    address: 'a',
    node_id: 'n',
    peers: 'p {secret}',
    enclave: 'e',
    secret: '{peers}',
  };
  expect(substitute(['x', '{peers}:{http_port}', '{node_id}{node_id}'], values)).toEqual(['x', 'p {secret}:1', 'nn']);
});

test.each([
  ['ours', 'ours', true],
  ['node dist/node/cli/main.js', 'ours', true],
  ['./bin/repram-go --quiet', 'repram-go', false],
  ['node old/dist/index.js', 'index.js', false],
])('names %s %s', (template, label, own) => {
  expect(kindOf(template)).toMatchObject({ label, own });
});

test('selects by part of an id, or by all of it with a star', () => {
  expect(new Selection().takes('ttl.clamp')).toBe(true);
  expect(new Selection(['ttl.']).takes('ttl.clamp')).toBe(true);
  expect(new Selection(['ttl.']).takes('delivery.ttl-clamped')).toBe(false);
  expect(new Selection(['*.clamp', 'x']).takes('ttl.clamp')).toBe(true);
  expect(new Selection(['ttl*']).takes('delivery.ttl-clamped')).toBe(false);
});

test('takes IPv6 URLs and repeated flags', () => {
  const options = parseOptions(['--node', 'http://[::1]:8080', '--node', 'http://a:1', '--idle-seconds', '7']);
  expect(options.nodes.map((url) => url.origin)).toEqual(['http://[::1]:8080', 'http://a:1']);
  expect(options).toMatchObject({ idleSeconds: 7, evictionTimeoutMs: 120_000, strict: false });
});

test('an inbox hands out what came before the question and what comes after, and no more than that', async () => {
  const inbox = new Inbox();
  const add = (id: string): void => {
    inbox.add({ atMs: 0, path: '/', raw: '', message: { type: 'ACK', from: 'a', timestamp: 1, message_id: id } });
  };
  add('before');
  const mark = inbox.mark();
  await expect(inbox.waitFor('it', mark, 20, () => true)).rejects.toThrow('it: did not come within 20 ms');
  const waiting = inbox.waitFor('it', mark, 1000, ({ message_id: id }) => id === 'second');
  add('first');
  add('second');
  expect((await waiting).message_id).toBe('second');
  expect((await inbox.waitFor('it', mark, 1, () => true)).message_id).toBe('first');
});

test('the documentation lists the checks there are', async () => {
  const documentation = await readFile('docs/wire-compat.md', 'utf8');
  expect(documentation).toContain(`\`\`\`\n${listChecks(new Selection())}\n\`\`\`\n`);
});

test('a run in which nothing ran is not a pass', () => {
  expect(makeReport([{ mode: 'single', name: 'x', checks: [] }], false, new Date()).ok).toBe(false);
});

test('CPU time of a process group rises with work', () => {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
  const before = cpuSeconds(group) ?? 0;
  const until = performance.now() + 200;
  let digest = '';
  while (performance.now() < until) digest = createHash('sha256').update(digest).digest('hex');
  expect((cpuSeconds(group) ?? 0) - before).toBeGreaterThan(0.02);
});
