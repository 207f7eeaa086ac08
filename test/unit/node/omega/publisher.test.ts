import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DnsResolver } from '../../../../src/node/omega/dns-resolver.js';
import { ed25519 } from '../../../../src/node/omega/ed25519.js';
import { httpGet } from '../../../../src/node/omega/http-get.js';
import { DnsServer } from '../../../../src/node/omega/publisher/dns-server.js';
import { LIST_PATH, ListServer } from '../../../../src/node/omega/publisher/list-server.js';
import { LOOK_MS, Signer } from '../../../../src/node/omega/publisher/signer.js';
import { segmentsOf, Zone } from '../../../../src/node/omega/publisher/zone.js';
import { formatPrivateKey } from '../../../../src/omega/keys.js';
import { DnsSource, UrlSource } from '../../../../src/omega/sources.js';
import { KEYS, MemoryFiles, START_S, signedLine, verifier } from '../../../support/root-lists.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const SHORT = signedLine();
const LONG = signedLine({ nodes: Array.from({ length: 200 }, (_, i) => `node-${i}.example.org:8080`) });

let line: string;
const published = () => ({ line, serial: 7 });
const zone = new Zone({ domain: 'Net.Test' }, { published });
const stops: (() => Promise<void>)[] = [];

beforeEach(() => {
  line = SHORT;
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** The library names the code of an answer, and its types do not know. */
type Answered = DecodedPacket & { readonly rcode: string };

function ask(name: string, type: string, parts: Partial<Packet> = {}, transport: 'udp' | 'tcp' = 'udp'): Answered {
  const question = { name, type, class: 'IN' } as NonNullable<Packet['questions']>[number];
  const bytes = zone.answer(encode({ type: 'query', id: 99, questions: [question], ...parts }), transport);
  if (bytes === undefined) throw new Error('no answer');
  return decode(bytes) as Answered;
}

const textOf = (packet: DecodedPacket): string | undefined => {
  const [record] = packet.answers ?? [];
  return record?.type === 'TXT' ? (record.data as Buffer[]).map(String).join('') : undefined;
};
const EDNS: Partial<Packet> = {
  additionals: [
    {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 4096,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ],
};

describe('the zone', () => {
  it('answers both hops, as authority, whatever the case of the name', () => {
    const first = ask('_BOOTstrap.net.TEST', 'TXT');
    expect([first.id, first.rcode, first.flag_aa, first.flag_tc]).toEqual([99, 'NOERROR', true, false]);
    expect(first.questions?.[0]?.name).toBe('_BOOTstrap.net.TEST');
    expect(textOf(first)).toBe(`omega=${zone.listName}`);
    expect(textOf(ask(zone.listName, 'TXT'))).toBe(SHORT);
  });

  it('says what there is not: with its SOA for a type or a name, by refusing for another domain', () => {
    const noData = ask(zone.listName, 'A');
    expect([noData.rcode, noData.answers?.length, noData.authorities?.[0]?.type]).toEqual(['NOERROR', 0, 'SOA']);
    expect(ask('nobody.net.test', 'TXT').rcode).toBe('NXDOMAIN');
    expect(ask('net.test', 'SOA').answers?.[0]?.type).toBe('SOA');
    expect(ask('notnet.test', 'TXT').rcode).toBe('REFUSED');
    expect(ask(zone.listName, 'ANY').answers).toHaveLength(1);
  });

  it('LongList_OverUdp_IsCutToNothing_AndWholeOverTcp', () => {
    line = LONG;
    const cut = ask(zone.listName, 'TXT', EDNS);
    expect([cut.flag_tc, cut.answers?.length]).toEqual([true, 0]);
    expect(textOf(ask(zone.listName, 'TXT', EDNS, 'tcp'))).toBe(LONG);
  });

  it('MiddlingList_NeedsEdnsForUdp', () => {
    line = signedLine({ nodes: Array.from({ length: 20 }, (_, i) => `node-${i}.example.org:8080`) });
    expect(ask(zone.listName, 'TXT').flag_tc).toBe(true);
    expect(textOf(ask(zone.listName, 'TXT', EDNS))).toBe(line);
  });

  it('BytesOfAnyKind_AreAnsweredShortly_OrNotAtAll', () => {
    const query = encode({ type: 'query', id: 5, questions: [{ name: 'net.test', type: 'TXT' }] });
    for (let length = 0; length < query.length; length++) {
      const answer = zone.answer(Buffer.from(query.subarray(0, length)), 'udp');
      if (length < 12) expect(answer).toBeUndefined();
      else expect(answer?.readUInt16BE(0)).toBe(5);
    }
    const answer = Buffer.from(query);
    answer.writeUInt8(answer.readUInt8(2) | 0x80, 2);
    expect(zone.answer(answer, 'udp')).toBeUndefined();
    expect(ask('net.test', 'TXT', { questions: [] }).rcode).toBe('FORMERR');
    expect(ask('net.test', 'TXT', { flags: 0x2800 }).rcode).toBe('NOTIMP');
    const looped = Buffer.concat([query.subarray(0, 12), Buffer.from([0xc0, 12, 0, 16, 0, 1])]);
    expect(zone.answer(looped, 'udp')?.readUInt16BE(0)).toBe(5);
  });
});

it.each([
  [0, 1],
  [255, 1],
  [256, 2],
  [511, 3],
])('a text of %i bytes takes %i DNS strings', (length, count) => {
  const text = 'x'.repeat(length);
  expect(segmentsOf(text)).toHaveLength(count);
  expect(segmentsOf(text).join('')).toBe(text);
});

describe('over sockets', () => {
  async function dnsServer(): Promise<number> {
    const server = new DnsServer({ zone });
    stops.push(() => server.stop());
    return server.listen(LOOPBACK);
  }

  it.each([
    ['short', SHORT],
    ['long, which takes TCP', LONG],
  ])('a list that is %s reaches the platform’s resolver whole', async (_, text) => {
    line = text;
    const resolver = new DnsResolver({ servers: [{ host: '127.0.0.1', port: await dnsServer() }] });
    const source = new DnsSource({ resolver }, { domain: 'net.test' });
    expect(await source.fetch()).toEqual({ kind: 'lines', lines: [text] });
    expect(await resolver.txt('nobody.net.test')).toEqual({ kind: 'none' });
    expect(await resolver.txt('other.test')).toMatchObject({ kind: 'failed' });
  });

  it('GarbageOverUdpAndTcp_EndsNothingButItsOwnConnection', async () => {
    const port = await dnsServer();
    const udp = createSocket('udp4');
    udp.send(Buffer.alloc(600, 0xff), port, '127.0.0.1');
    const tcp = connect(port, '127.0.0.1');
    const closed = once(tcp, 'close');
    tcp.on('error', () => undefined).end(Buffer.alloc(600, 0xff));
    await closed;
    udp.close();
    const resolver = new DnsResolver({ servers: [{ host: '127.0.0.1', port }] });
    expect(await resolver.txt(zone.listName)).toEqual({ kind: 'found', records: [SHORT] });
  });

  it('a port that is taken is a rejection, and leaves nothing open', async () => {
    const port = await dnsServer();
    const second = new DnsServer({ zone });
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await second.stop();
  });

  it('HTTP serves the list at its path, and nothing else', async () => {
    const server = new ListServer({ published });
    stops.push(() => server.stop());
    const origin = `http://127.0.0.1:${await server.listen(LOOPBACK)}`;
    const source = new UrlSource({ http: httpGet }, { url: origin + LIST_PATH, shown: origin });
    expect(await source.fetch()).toEqual({ kind: 'lines', lines: [SHORT] });
    expect((await fetch(`${origin}/`)).status).toBe(404);
    expect((await fetch(origin + LIST_PATH, { method: 'POST' })).status).toBe(405);
    expect(await (await fetch(origin + LIST_PATH, { method: 'HEAD' })).text()).toBe('');
  });
});

describe('Signer', () => {
  const LIFETIME_S = 3600;
  let clock: VirtualClock;
  let files: MemoryFiles;
  let told: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    files = new MemoryFiles();
    files.files.set('/key', formatPrivateKey(KEYS));
    files.files.set('/nodes', '# roots\na.test:8080\nB.test:8080, a.test:8080\n');
    told = [];
  });

  const signer = () =>
    new Signer(
      { clock, files, signatures: ed25519 },
      { keyFile: '/key', nodes: { file: '/nodes' }, lifetimeS: LIFETIME_S, version: 'omega-v1' },
      { tell: (text) => void told.push(text) },
    );

  const listOf = (by: Signer) => {
    const verdict = verifier().verify(by.published.line, clock.nowMs());
    if (!verdict.ok) throw new Error(verdict.code);
    return verdict.list;
  };

  it('Start_SignsTheNodesOnce_InOneSpelling', async () => {
    const by = signer();
    expect(await by.start()).toMatchObject({ ok: true });
    expect(listOf(by)).toMatchObject({ nodes: ['a.test:8080', 'b.test:8080'], expiresS: START_S + LIFETIME_S });
    by.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('HalfTime_SignsAnew_SoThatAListAlwaysHasHalfItsLifeLeft', async () => {
    const by = signer();
    await by.start();
    await clock.run((LIFETIME_S / 2) * 1000 - LOOK_MS);
    expect(told).toHaveLength(1);
    await clock.run(2 * LOOK_MS);
    expect(told).toHaveLength(2);
    expect(listOf(by).expiresS).toBeGreaterThan(START_S + 1.4 * LIFETIME_S);
    by.stop();
  });

  it('ChangedNodes_AreSignedWithinALook_AndExpireLater', async () => {
    const by = signer();
    await by.start();
    const [before, serial] = [listOf(by), by.published.serial];
    files.files.set('/nodes', 'c.test:1');
    await clock.run(LOOK_MS);
    expect(listOf(by).nodes).toEqual(['c.test:1']);
    expect(listOf(by).expiresS).toBeGreaterThan(before.expiresS);
    expect(by.published.serial).toBeGreaterThan(serial);
    by.stop();
  });

  it('ClockSetBack_StillSignsListsThatExpireLater', async () => {
    const by = signer();
    await by.start();
    const before = listOf(by).expiresS;
    clock.jump(-600_000);
    files.files.set('/nodes', 'c.test:1');
    await clock.run(LOOK_MS);
    expect(listOf(by).expiresS).toBe(before + 1);
    by.stop();
  });

  it('NodesThatCannotBeRead_LeaveTheFormerList_AndAreSaidOnce', async () => {
    const by = signer();
    await by.start();
    const { line: before } = by.published;
    for (const bad of ['c.test', '', 'n:1\n'.repeat(100_000)]) {
      files.files.set('/nodes', bad);
      await clock.run(3 * LOOK_MS);
    }
    expect(by.published.line).toBe(before);
    expect(told.filter((text) => text.startsWith('cannot sign'))).toHaveLength(3);
    by.stop();
  });

  it.each([
    ['cannot be read (ENOENT)', () => files.files.delete('/key')],
    ['it is not base64', () => files.files.set('/key', 'secret words')],
    ['do not belong together', () => files.files.set('/key', Buffer.alloc(64, 1).toString('base64'))],
    ['names no node', () => files.files.set('/nodes', '')],
    [
      'more than 1000 nodes',
      () => files.files.set('/nodes', Array.from({ length: 1001 }, (_, i) => `n${i}:1`).join('\n')),
    ],
  ])('without a first list nothing starts, and it says why: %s', async (why, damage) => {
    damage();
    const by = signer();
    const signed = await by.start();
    expect(signed).toMatchObject({ ok: false, reason: expect.stringContaining(why) });
    expect(JSON.stringify(signed)).not.toContain('secret words');
    expect(clock.pendingTimers).toBe(0);
  });
});
