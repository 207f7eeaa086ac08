import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeCbor } from '../../src/gossip/wire/cbor.js';
import { eventually, freePort, type NodeProcess } from '../support/node-process.js';
import { ProcessCluster } from '../support/process-cluster.js';
import { frameOf, helloOf, OPCODE, RawChild, writeOf, wsFrame } from '../support/raw-child.js';

const MIB = 1024 * 1024;
/** What a node may take in memory at most while it is attacked, in bytes: what is queued and held is bounded by 512 MiB. */
const MAX_RSS = 900 * MIB;
const PATIENCE_MS = 30_000;

describe('hostile children of a substrate, beside an honest one', { timeout: 3 * PATIENCE_MS }, () => {
  const cluster = new ProcessCluster({ REPRAM_WRITE_TIMEOUT: '30s', REPRAM_MAX_CHILDREN: '100' });
  let parent: NodeProcess;
  let honest: NodeProcess;
  const children: RawChild[] = [];
  let rssBefore = 0;

  beforeAll(async () => {
    parent = await cluster.add('parent', await freePort(), { REPRAM_INBOUND: 'true' }).start();
    const seeds = { REPRAM_PEERS: `127.0.0.1:${parent.port}` };
    honest = await cluster.add('honest', await freePort(), { ...seeds, REPRAM_INBOUND: 'false' }).start();
    await eventually(
      async () => (await honest.metric('repram_tree_attached')) === 1,
      'the honest child to be attached',
    );
    rssBefore = await parent.metric('process_resident_memory_bytes');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.destroy();
    expect(await parent.isUp()).toBe(true);
    expect(await parent.metric('process_resident_memory_bytes')).toBeLessThan(MAX_RSS);
    expect(await parent.metric('repram_link_failures_total')).toBe(0);
    expect(parent.stderr).not.toContain('could not be handled');
    await eventually(async () => (await parent.metric('repram_tree_children')) === 1, 'the hostile ones to be gone');
    expect(await honest.metric('repram_tree_attached')).toBe(1);
  });
  afterAll(() => cluster.stop());

  const open = async (codec: 'json' | 'cbor' = 'json'): Promise<RawChild> => {
    const child = await RawChild.open(parent.port, codec);
    children.push(child);
    return child;
  };

  const attach = async (id: string, codec: 'json' | 'cbor' = 'json'): Promise<RawChild> => {
    const child = await RawChild.attached(parent.port, id, codec);
    children.push(child);
    return child;
  };

  /** Sends one message before any hello; how the socket ends. */
  const first = async (data: string | Uint8Array, codec: 'json' | 'cbor' = 'json') => {
    const child = await open(codec);
    child.send(data);
    return child.ended();
  };

  let writes = 0;
  /** The honest child writes, one value after the other, until the attack is over; each is on a quorum. */
  const beside = async (attack: () => Promise<unknown>): Promise<void> => {
    let isOver = false;
    const statuses: number[] = [];
    const writing = async (): Promise<void> => {
      do statuses.push(await honest.put(`honest-${++writes % 100}`, `value ${writes}`));
      while (!isOver);
    };
    const attacking = attack().finally(() => {
      isOver = true;
    });
    await Promise.all([attacking, writing()]);
    statuses.push(await honest.put('honest-last', 'x'));
    expect(new Set(statuses)).toEqual(new Set([201]));
  };

  it('150 hellos on one socket end it with the second', () =>
    beside(async () => {
      const child = await open();
      for (let i = 0; i < 150; i++) child.say('hello', helloOf(`many-${i}`));
      expect(await child.ended()).toBe(1008);
      expect(child.frames.filter(({ type }) => type === 'welcome')).toHaveLength(1);
    }));

  it('half hellos, and bytes that trickle, end after five seconds', () =>
    beside(async () => {
      const hello = Buffer.from(frameOf('json', 'hello', helloOf('half')));
      const sockets = await Promise.all(Array.from({ length: 50 }, () => open()));
      for (const [i, child] of sockets.entries()) {
        child.write(wsFrame(OPCODE.text, hello.subarray(0, i), { length: hello.length }));
      }
      const endings = await Promise.all(sockets.map((child) => child.ended()));
      expect(new Set(endings)).toEqual(new Set([1008]));
    }));

  it('300 silent sockets are bounded, end, and leave room for the next child', () =>
    beside(async () => {
      const sockets = await Promise.all(Array.from({ length: 300 }, () => open()));
      expect(await parent.metric('repram_tree_sockets_waiting')).toBeLessThanOrEqual(256);
      const endings = await Promise.all(sockets.map((child) => child.ended()));
      expect(new Set(endings)).toEqual(new Set([1008, 'refused']));
      expect(endings.filter((ending) => ending === 'refused').length).toBeGreaterThanOrEqual(300 - 256);
      await attach('after-the-silent');
    }));

  it('garbage ends the socket, whether it comes as bytes, text or frames', () =>
    beside(async () => {
      for (let round = 0; round < 20; round++) {
        const [raw, text, cbor, late] = [await open(), await open(), await open('cbor'), await attach(`late-${round}`)];
        raw.write(Buffer.concat([Buffer.from([0xff]), randomBytes(2000)]));
        text.send(randomBytes(200).toString('latin1'));
        cbor.send(randomBytes(1 + round * 10));
        late.write(Buffer.concat([Buffer.from([0x73]), randomBytes(2000)]));
        const endings = await Promise.all([raw, text, cbor, late].map((child) => child.ended()));
        for (const ending of endings) expect([1002, 1007, 1008, 1009, 'cut']).toContain(ending);
      }
    }));

  it.each(['json', 'cbor'] as const)('an oversized frame ends the socket at once: %s', (codec) =>
    beside(async () => {
      const opcode = codec === 'json' ? OPCODE.text : OPCODE.binary;
      const claimed = await attach('claims', codec);
      claimed.write(wsFrame(opcode, Buffer.alloc(10), { length: 24 * MIB + 1 }));
      expect(await claimed.ended()).toBe(1009);
      const early = await open(codec);
      early.write(wsFrame(opcode, Buffer.alloc(64 * 1024 + 1), { length: MIB }));
      expect(await early.ended()).toBe(1009);
      const absurd = await open(codec);
      absurd.write(wsFrame(opcode, Buffer.alloc(10), { length: 2 ** 53 }));
      expect([1002, 1009]).toContain(await absurd.ended());
    }),
  );

  it('messages in pieces without end are cut off', () =>
    beside(async () => {
      const child = await attach('pieces');
      const piece = wsFrame(OPCODE.continuation, Buffer.from('x'), { fin: false });
      child.write(wsFrame(OPCODE.text, Buffer.from('{'), { fin: false }));
      for (let i = 0; i < 40; i++) child.write(Buffer.concat(Array.from({ length: 500 }, () => piece)));
      expect([1008, 'cut']).toContain(await child.ended());
    }));

  it('14 of the largest messages that are never complete end, and memory stays bounded', () =>
    beside(async () => {
      const wide = await Promise.all(Array.from({ length: 14 }, (_, i) => attach(`wide-${i}`)));
      const most = wsFrame(OPCODE.text, Buffer.alloc(23 * MIB, 0x20), { length: 24 * MIB });
      for (const child of wide) child.write(most);
      await eventually(
        async () => {
          expect(await parent.metric('process_resident_memory_bytes')).toBeLessThan(MAX_RSS);
          return wide.every(({ ending }) => ending !== undefined);
        },
        'all of them to be ended',
        2 * PATIENCE_MS,
      );
    }));

  it('a flood of frames that cost nothing ends the one that sends it', () =>
    beside(async () => {
      const child = await attach('flood');
      child.write(floodOf(60_000, 'whatever', {}));
      expect(await child.ended()).toBe(1008);
      expect(await child.next('goodbye')).toMatchObject({ reason: 'too many frames' });
    }));

  // Where the node is too slow to take them as fast as it allows, they are taken as fast as it can.
  it.each([
    ['pings', 'ping', { type: 'PING', from: 'flood', timestamp: 1, message_id: 'p' }],
    ['writes', 'put', writeOf('flood', 'same')],
    ['questions', 'ask', { id: 1, kind: 'read', body: 'AAAA' }],
  ] as const)('a flood of %s ends the one that sends it, or is answered', (_, type, payload) =>
    beside(async () => {
      const child = await attach('flood');
      child.write(floodOf(25_000, type, payload));
      child.say('ask', { id: 77, kind: 'read', body: 'AAAA' });
      const isAnswered = () => child.frames.some((frame) => 'id' in frame && frame.id === 77);
      await eventually(() => isAnswered() || child.ending !== undefined, 'an answer or the end', 2 * PATIENCE_MS);
      if (!isAnswered()) expect([1008, 'cut']).toContain(child.ending);
    }),
  );

  it('heartbeats that are asked for and never read end the one that asks', () =>
    beside(async () => {
      const child = await attach('pinger');
      child.stall();
      const ping = wsFrame(OPCODE.ping, Buffer.alloc(125));
      const pings = Buffer.concat(Array.from({ length: 1000 }, () => ping));
      for (let i = 0; i < 300 && child.socket.writable; i++) child.write(pings);
      child.socket.resume();
      await child.ended();
    }));

  it('nothing but a hello is heard before the hello', () =>
    beside(async () => {
      const frames: [string, Readonly<Record<string, unknown>>][] = [
        ['put', writeOf('early', 'early')],
        ['ping', { type: 'PING', from: 'early', timestamp: 1, message_id: 'p' }],
        ['ask', { id: 1, kind: 'read', body: 'AAAA' }],
        ['welcome', { topology: [], your_position: { depth: 1, parent_id: 'x' } }],
        ['view', { basis: 1, members: [] }],
        ['unheard-of', {}],
      ];
      for (const [type, payload] of frames) expect(await first(frameOf('json', type, payload))).toBe(1008);
      expect(await first(frameOf('json', 'goodbye', { reason: 'bye' }))).toBe(1000);
      expect(await parent.get('early')).toBeUndefined();
    }));

  it('children that never read are ended, and memory stays bounded, while the largest values are written', () =>
    beside(async () => {
      const slow = await Promise.all(Array.from({ length: 8 }, (_, i) => attach(`slow-${i}`, i % 2 ? 'cbor' : 'json')));
      for (const child of slow) child.stall();
      const overfull = () => parent.metric('repram_tree_detached_total{cause="overfull"}');
      const value = Buffer.alloc(10 * MIB, 'slow');
      for (let i = 0; i < 8 && (await overfull()) < slow.length; i++) {
        expect(await parent.put(`large-${i % 2}`, value)).toBe(201);
        expect(await parent.metric('process_resident_memory_bytes')).toBeLessThan(MAX_RSS);
      }
      expect(await overfull()).toBe(slow.length);
      await eventually(async () => (await parent.metric('repram_tree_queued_bytes')) < 40 * MIB, 'the queues to go');
    }));

  const long = 'x'.repeat(40_000);
  const ODD: readonly Readonly<Record<string, unknown>>[] = [
    { node_id: '' },
    { node_id: long },
    { node_id: 7 },
    { node_id: null },
    { node_id: ['a'] },
    { node_id: 'a\u0000b' },
    { node_id: 'a\u202eb' },
    { node_id: '\ud800' },
    { node_id: '__proto__' },
    { enclave: long },
    { enclave: {} },
    { address: 7 },
    { http_port: -1 },
    { http_port: 1e9 },
    { http_port: 'x' },
    { capabilities: 'yes' },
    { capabilities: [[[]]] },
    { x: 'x' },
    { x: { incarnation: -1, instance: 'i', at: 1 } },
    { x: { incarnation: 1e300, instance: 'i', at: 1 } },
    { x: { incarnation: 1, instance: long, at: 1 } },
    { x: { incarnation: 1, instance: 'i', at: 1e300 } },
    { x: { incarnation: 1, instance: 'i', at: 'now' } },
    { x: { at: 1 } },
  ];

  it('a hello with odd fields is refused or taken for what it is, and nothing else comes of it', () =>
    beside(async () => {
      for (const parts of ODD) {
        const child = await open();
        child.say('hello', helloOf('odd', parts));
        const taken = await child.next('welcome').then(
          () => true,
          () => false,
        );
        if (taken) child.say('goodbye', { reason: 'bye' });
        expect(await child.ended()).toBe(taken ? 1000 : 1008);
      }
      const harmless = { address: long, capabilities: { inbound: { a: 1 } }, other: { deep: [1] } };
      const child = await open();
      child.say('hello', helloOf('harmless', harmless));
      await child.next('welcome');
    }));

  it('keys that stand for the prototype change no other object', () =>
    beside(async () => {
      const hello = JSON.stringify(helloOf('polluter')).slice(1);
      const evil = '"__proto__":{"inbound":true,"enclave":"polluted"},"constructor":{"prototype":{"polluted":1}},';
      const child = await open();
      child.send(`{"__proto__":{"polluted":1},"type":"hello","payload":{${evil}${hello}}`);
      await child.next('welcome');
      child.send(`{"type":"__proto__","payload":{${evil}"a":1}}`);
      child.send(`{"type":"constructor","payload":{}}`);
      child.send(`{"type":"put","payload":{${evil}${JSON.stringify(writeOf('polluter', 'evil')).slice(1)}}`);
      await eventually(async () => (await parent.get('evil')) !== undefined, 'the write to be taken');
      const { text } = await parent.text('/v1/topology');
      expect(JSON.parse(text)).toMatchObject({ children: [{ id: 'honest' }, { id: 'polluter', enclave: 'default' }] });
      const cbor = await open('cbor');
      cbor.send(encodeCbor({ t: 'hello', p: encodeCbor({ ['__proto__']: { node_id: 'x' } }) }));
      expect(await cbor.ended()).toBe(1008);
    }));

  it('deep nesting ends the socket, in either codec, before the hello and after it', () =>
    beside(async () => {
      const nested = (depth: number) => `{"type":"hello","payload":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      expect(await first(nested(30_000))).toBe(1008);
      const deep = await attach('deep');
      deep.send(nested(10 * MIB));
      expect(await deep.ended()).toBe(1008);
      const objects = await attach('objects');
      objects.send(`{"type":"ping","payload":${'{"a":'.repeat(MIB)}1${'}'.repeat(MIB)}}`);
      expect(await objects.ended()).toBe(1008);
      const arrays = Buffer.alloc(60_000, 0x81);
      expect(await first(arrays, 'cbor')).toBe(1008);
      expect(await first(encodeCbor({ t: 'hello', p: arrays }), 'cbor')).toBe(1008);
      const late = await attach('late', 'cbor');
      late.send(encodeCbor({ t: 'put', p: Buffer.alloc(10 * MIB, 0x81) }));
      expect(await late.ended()).toBe(1008);
    }));

  it('CBOR with tags, of indefinite length, or that claims more than there is, ends the socket', () =>
    beside(async () => {
      const bytes = [
        [0xc2, 0x41, 0x01],
        [0xd9, 0xd9, 0xf7, 0xa0],
        [0xd8, 0x1c, 0x81, 0xd8, 0x1d, 0x00],
        [0xbf, 0xff],
        [0x9f, 0xff],
        [0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x9b, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00],
        [0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0xa2, 0x61, 0x74, 0x45, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x61, 0x70, 0xc1, 0x1a, 0, 0, 0, 0],
        [0xf7],
        [],
      ];
      for (const each of bytes) expect(await first(Uint8Array.from(each), 'cbor')).toBe(1008);
      for (const each of bytes) {
        const wrapped = encodeCbor({ t: 'hello', p: Uint8Array.from(each) });
        expect(await first(wrapped, 'cbor')).toBe(1008);
      }
    }));

  it('left the node as it was', async () => {
    expect(await parent.metric('repram_tree_children')).toBe(1);
    expect(await parent.metric('process_resident_memory_bytes')).toBeLessThan(rssBefore + 600 * MIB);
    expect(await honest.metric('repram_tree_writes_resent_total')).toBe(0);
  });
});

/** A frame, again and again. */
function floodOf(count: number, type: string, payload: Readonly<Record<string, unknown>>): Uint8Array {
  const frame = wsFrame(OPCODE.text, Buffer.from(frameOf('json', type, payload)));
  return Buffer.concat(Array.from({ length: count }, () => frame));
}
