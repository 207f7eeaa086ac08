import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../src/gossip/wire/cbor.js';
import { MAX_REPLICA_BYTES, MAX_VALUE_BYTES } from '../../src/gossip/wire/limits.js';
import {
  type Candidate,
  type Frame,
  MAX_ALTERNATIVES,
  MAX_REASON_CHARACTERS,
  MAX_VIEW_MEMBERS,
  MAX_WELCOME_MEMBERS,
} from '../../src/tree/frame.js';
import type { LinkCodec } from '../../src/tree/ports/link.js';
import type { Signer } from '../../src/tree/ports/signer.js';
import { cborFields } from '../../src/tree/wire/cbor-fields.js';
import { type FrameResult, MAX_FRAME_BYTES } from '../../src/tree/wire/codec.js';
import { createFrameCodec } from '../../src/tree/wire/create-frame-codec.js';
import { OPEN, plain, SAMPLES, signerOf } from '../support/frames.js';

const SECRET = signerOf('s3cret');
const MALFORMED = { ok: false, fault: 'malformed' };
const UNSIGNED = { ok: false, fault: 'unsigned' };

/** A frame as another program might write it. In CBOR all text of a payload is bytes. */
function written(kind: LinkCodec, type: unknown, payload: object): string | Uint8Array {
  if (kind === 'json') return JSON.stringify({ type, payload });
  return encodeCbor({ t: type as string, p: encodeCbor(cborFields(payload as Readonly<Record<string, unknown>>)) });
}

const bytesOf = (kind: LinkCodec, value: Uint8Array): unknown =>
  kind === 'json' ? Buffer.from(value).toString('base64') : value;

const candidateJson = { id: 'c', address: '10.0.0.3', http_port: 8081, enclave: 'e' };
const candidate: Candidate = { id: 'c', address: '10.0.0.3', httpPort: 8081, enclave: 'e' };
const nodeInfoJson = { id: 'b', address: '10.0.0.2', port: 1, http_port: 8080, enclave: 'e' };
const syncJson = { type: 'SYNC', from: 'a', message_id: '', node_info: nodeInfoJson };
const hello = { node_id: 'a', enclave: 'e', address: '10.9.9.9', http_port: 1, capabilities: { inbound: 'false' } };
const extension = { incarnation: 1, instance: 'ab', at: 5 };
const welcome = { topology: [syncJson], your_position: { depth: 1, parent_id: 'p' } };
const put = { type: 'PUT', from: 'a', message_id: 'm', key: 'k' };
const ping = { type: 'PING', from: 'a' };

describe.each(['json', 'cbor'] as const)('the %s codec', (kind) => {
  const codec = (signer: Signer = OPEN) => createFrameCodec(kind, signer);
  const decode = (type: unknown, payload: object): FrameResult => codec().decode(written(kind, type, payload));

  describe.each([
    ['open', OPEN],
    ['signed', SECRET],
  ] as const)('in a cluster that is %s', (_, signer) => {
    it.each(SAMPLES)('decodes the $type it encodes', (frame) => {
      expect(plain(codec(signer).decode(codec(signer).encode(frame)))).toEqual(plain({ ok: true, frame }));
    });
  });

  it('sends text where the field does, and bytes among ourselves', () => {
    for (const frame of SAMPLES) expect(typeof codec().encode(frame) === 'string').toBe(kind === 'json');
  });

  it('encodes and signs a frame once, however many it goes to', () => {
    let signed = 0;
    const count = (bytes: Uint8Array): string | undefined => {
      signed++;
      return SECRET.sign(bytes);
    };
    const counting: Signer = { ...SECRET, sign: count };
    const shared = codec(counting);
    for (const frame of SAMPLES) {
      const first = shared.encode(frame);
      for (let child = 0; child < 300; child++) expect(shared.encode(frame)).toBe(first);
    }
    expect(signed).toBe(SAMPLES.length);
  });

  it.each(SAMPLES)('takes no $type that is unsigned or signed by a stranger, where there is a secret', (frame) => {
    expect(codec(SECRET).decode(codec(OPEN).encode(frame))).toEqual(UNSIGNED);
    expect(codec(SECRET).decode(codec(signerOf('other')).encode(frame))).toEqual(UNSIGNED);
  });

  it.each(SAMPLES)('ignores the signature of a $type where there is no secret', (frame) => {
    expect(plain(codec(OPEN).decode(codec(SECRET).encode(frame)))).toEqual(plain({ ok: true, frame }));
  });

  it('takes no unknown frame that is unsigned, where there is a secret', () => {
    expect(codec(SECRET).decode(written(kind, 'later', {}))).toEqual(UNSIGNED);
  });

  it.each(['later', 'toString', '__proto__', 'HELLO', ''])('takes the type %j for an unknown one', (type) => {
    expect(decode(type, { a: 1 })).toEqual({ ok: true, frame: { type: 'unknown' } });
  });

  it.each([7, true, ['put']])('takes no frame of the type %j', (type) => {
    expect(decode(type, put)).toEqual(MALFORMED);
  });

  it('takes a payload for no other frame, though the signature does not cover the type', () => {
    const types = SAMPLES.map(({ type }) => type);
    for (const frame of SAMPLES) {
      for (const type of types.filter((each) => each !== frame.type)) {
        expect([frame.type, type, codec(SECRET).decode(retyped(kind, frame, type))]).toEqual([
          frame.type,
          type,
          MALFORMED,
        ]);
      }
    }
  });

  it.each([
    ['put', ping],
    ['ping', put],
    ['pong', ping],
    ['ack', put],
    ['topology_sync', ping],
    ['put', { ...put, type: 'WAT' }],
    ['put', { ...put, type: undefined }],
  ])('takes no %s that carries %j', (type, payload) => {
    expect(decode(type, payload)).toEqual(MALFORMED);
  });

  it.each([
    ['hello', { ...hello, node_id: undefined }],
    ['hello', { ...hello, node_id: 'a\n' }],
    ['hello', { ...hello, node_id: 'x'.repeat(257) }],
    ['hello', { ...hello, enclave: 7 }],
    ['hello', { ...hello, address: 7 }],
    ['hello', { ...hello, http_port: 65_536 }],
    ['hello', { ...hello, http_port: 0.5 }],
    ['hello', { ...hello, x: 'text' }],
    ['hello', { ...hello, x: { ...extension, instance: '' } }],
    ['hello', { ...hello, x: { ...extension, incarnation: 0.5 } }],
    ['hello', { ...hello, x: { ...extension, at: undefined } }],
    ['hello', { ...hello, x: { ...extension, at: 1e300 } }],
    ['welcome', { ...welcome, topology: 'all' }],
    ['welcome', { ...welcome, topology: {} }],
    ['welcome', { ...welcome, your_position: undefined }],
    ['welcome', { ...welcome, your_position: { depth: 1 } }],
    ['welcome', { ...welcome, your_position: { depth: 'x', parent_id: 'p' } }],
    ['welcome', { ...welcome, x: { incarnation: 1 } }],
    ['goodbye', {}],
    ['goodbye', { reason: 7 }],
    ['goodbye', { reason: 'r', alternative_parents: 7 }],
    ['view', { members: [] }],
    ['view', { basis: 0.5, members: [] }],
    ['view', { basis: 1, members: 'x' }],
    ['ask', { id: 1 }],
    ['ask', { id: 0.5, kind: 'read' }],
    ['ask', { id: 1, kind: 'write' }],
    ['ask', { kind: 'read' }],
    ['ask', { id: 1, kind: 'read', body: 7 }],
    ['ask', { id: 1, kind: 'read', body: { length: 1 } }],
    ['answer', { id: 1 }],
    ['answer', { id: 1, status: 'maybe' }],
    ['answer', { status: 'ok' }],
    ['put', { ...put, key: '' }],
    ['put', { ...put, data: 7 }],
    ['put', { ...put, data: [1] }],
    ['put', { ...put, ttl: 0.5 }],
    ['put', { ...put, x: 'text' }],
  ])('takes no %s with %j', (type, payload) => {
    expect(decode(type, payload)).toEqual(MALFORMED);
  });

  it.each([[], 'text', 7, true])('takes no frame whose payload is %j', (payload) => {
    const data =
      kind === 'json'
        ? JSON.stringify({ type: 'goodbye', payload })
        : encodeCbor({ t: 'goodbye', p: encodeCbor(payload) });
    expect(codec().decode(data)).toEqual(MALFORMED);
  });

  describe('hello', () => {
    const helloOf = (payload: object): unknown => {
      const result = decode('hello', payload);
      return result.ok ? result.frame : result.fault;
    };

    it.each([
      [{ inbound: 'true' }, true],
      [{ inbound: true }, true],
      [{ inbound: 'false' }, false],
      [{ inbound: false }, false],
      [{ inbound: 'auto' }, false],
      [{ inbound: 1 }, false],
      [{}, false],
      ['true', false],
      [undefined, false],
    ])('says with the capabilities %j that it can be dialled: %j', (capabilities, inbound) => {
      expect(helloOf({ ...hello, capabilities })).toMatchObject({ inbound });
    });

    it.each([undefined, ''])('is of the default enclave with %j', (enclave) => {
      expect(helloOf({ ...hello, enclave })).toMatchObject({ enclave: 'default' });
    });

    it.each([
      [undefined, ''],
      ['', ''],
      ['my laptop', ''],
      ['LocalHost', 'localhost'],
      ['[::1]', '::1'],
    ])('keeps its place with the address %j, which is read as %j', (address, host) => {
      expect(helloOf({ ...hello, address })).toMatchObject({ address: host });
    });

    it.each([
      [undefined, 0],
      [0, 0],
      [1, 1],
      [65_535, 65_535],
    ])('has the port %j, which is read as %j', (port, httpPort) => {
      expect(helloOf({ ...hello, http_port: port })).toMatchObject({ httpPort });
    });

    it('of an older node has no extension', () => {
      expect(helloOf(hello)).toEqual({
        type: 'hello',
        nodeId: 'a',
        enclave: 'e',
        address: '10.9.9.9',
        httpPort: 1,
        inbound: false,
      });
      expect(helloOf({ ...hello, x: extension })).toMatchObject({
        extension: { incarnation: 1, instance: 'ab', sentMs: 5 },
      });
    });
  });

  describe('lists', () => {
    const odd = [{ enclave: 'default' }, 7, [], { ...candidateJson, http_port: 0 }, { ...candidateJson, id: '' }];

    it('of alternatives lose what is malformed, and no more', () => {
      const spoilt = { ...candidateJson, x: { room: -1 } };
      expect(decode('goodbye', { reason: 'r', alternative_parents: [...odd, spoilt, candidateJson] })).toEqual({
        ok: true,
        frame: { type: 'goodbye', reason: 'r', alternatives: [candidate] },
      });
    });

    it('of members lose what is malformed, and no more', () => {
      expect(decode('view', { basis: 2, members: [...odd, { ...candidateJson, room: 3 }] })).toEqual({
        ok: true,
        frame: { type: 'view', basis: 2, members: [{ ...candidate, room: 3 }] },
      });
    });

    it('of a topology lose what is malformed, and no more', () => {
      const rubbish = [{ ...syncJson, node_info: { enclave: 'default' } }, 7, { ...ping, node_info: nodeInfoJson }, {}];
      expect(decode('welcome', { ...welcome, topology: [...rubbish, syncJson] })).toMatchObject({
        ok: true,
        frame: { topology: [{ id: 'b' }] },
      });
    });

    it('that are absent are empty', () => {
      expect(decode('goodbye', { reason: 'r' })).toMatchObject({ frame: { alternatives: [] } });
      expect(decode('goodbye', { alternative_parents: [] })).toMatchObject({ frame: { reason: '' } });
      expect(decode('welcome', { ...welcome, topology: undefined })).toMatchObject({ frame: { topology: [] } });
    });

    it('are read up to their bounds, and what is beyond is ignored', () => {
      const many = (count: number): object[] => Array.from({ length: count }, () => candidateJson);
      expect(decode('goodbye', { reason: 'r', alternative_parents: many(MAX_ALTERNATIVES + 1) })).toMatchObject({
        frame: { alternatives: Array.from({ length: MAX_ALTERNATIVES }, () => candidate) },
      });
      expect(decode('view', { basis: 1, members: many(MAX_VIEW_MEMBERS + 1) })).toMatchObject({
        frame: { members: Array.from({ length: MAX_VIEW_MEMBERS }, () => candidate) },
      });
      const topology = Array.from({ length: MAX_WELCOME_MEMBERS + 1 }, () => syncJson);
      const result = decode('welcome', { ...welcome, topology });
      expect(result.ok && result.frame.type === 'welcome' && result.frame.topology.length).toBe(MAX_WELCOME_MEMBERS);
    });

    it('are written up to their bounds', () => {
      const node = { id: 'b', address: '10.0.0.2', port: 1, httpPort: 8080, enclave: 'e' };
      const long: readonly (readonly [Frame, object])[] = [
        [
          { type: 'goodbye', reason: '', alternatives: Array.from({ length: 9 }, () => candidate) },
          { alternatives: { length: MAX_ALTERNATIVES } },
        ],
        [
          { type: 'view', basis: 1, members: Array.from({ length: 99 }, () => candidate) },
          { members: { length: MAX_VIEW_MEMBERS } },
        ],
        [
          {
            type: 'welcome',
            parentId: 'p',
            depth: 1,
            topology: Array.from({ length: 10_001 }, () => ({ ...node, extension: { incarnation: 1, instance: 'i' } })),
          },
          { topology: { length: MAX_WELCOME_MEMBERS } },
        ],
      ];
      for (const [frame, expected] of long) {
        expect(codec().decode(codec().encode(frame))).toMatchObject({ ok: true, frame: expected });
      }
    });
  });

  it('cuts a reason, and takes out what could steer a terminal, both ways', () => {
    const reason = `\u001b[31mred\u202e\u2028 ${'x'.repeat(200)}`;
    const clean = `[31mred ${'x'.repeat(MAX_REASON_CHARACTERS - '?[31mred?? '.length)}`;
    expect(decode('goodbye', { reason })).toMatchObject({ frame: { reason: clean } });
    const sent = codec().encode({ type: 'goodbye', reason, alternatives: [] });
    expect(codec().decode(sent)).toMatchObject({ frame: { reason: clean } });
    expect(Buffer.from(sent).includes('\u202e')).toBe(false);
  });

  it('leaves no half of a character at the end of a reason', () => {
    const reason = `${'x'.repeat(MAX_REASON_CHARACTERS - 1)}😀`;
    expect(decode('goodbye', { reason })).toMatchObject({ frame: { reason: 'x'.repeat(MAX_REASON_CHARACTERS - 1) } });
  });

  it('takes the largest value, and none that is larger', () => {
    const withData = (bytes: number) => decode('put', { ...put, data: bytesOf(kind, Buffer.alloc(bytes)) });
    expect(withData(MAX_VALUE_BYTES).ok).toBe(true);
    expect(withData(MAX_VALUE_BYTES + 1)).toEqual(MALFORMED);
  });

  it('takes the largest answer about replicas, and none that is larger', () => {
    const withBody = (bytes: number) =>
      decode('answer', { id: 1, status: 'ok', body: bytesOf(kind, Buffer.alloc(bytes)) });
    expect(withBody(MAX_REPLICA_BYTES).ok).toBe(true);
    expect(withBody(MAX_REPLICA_BYTES + 1)).toEqual(MALFORMED);
  });

  it('gives a value memory of its own', () => {
    const sent = codec().encode({
      type: 'put',
      message: {
        type: 'PUT',
        from: 'a',
        timestampS: 1,
        messageId: 'm',
        key: 'k',
        data: Buffer.alloc(100, 1),
        ttlSeconds: 1,
      },
    });
    const result = codec().decode(sent);
    if (sent instanceof Uint8Array) sent.fill(0);
    const data = result.ok && result.frame.type === 'put' ? result.frame.message.data : Buffer.alloc(0);
    expect([data.byteLength, data.buffer.byteLength]).toEqual([100, 100]);
    expect(plain(data)).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('takes the largest frame, and nothing that is larger', () => {
    const wordy = (bytes: number): string => `{"type":"later","a":"${'é'.repeat(bytes / 2 - 12)}"} `;
    const padded = (bytes: number): Uint8Array => encodeCbor({ t: 'later', p: Buffer.alloc(bytes - 16) });
    const frameOf = (bytes: number) => (kind === 'json' ? wordy(bytes) : padded(bytes));
    expect(Buffer.byteLength(frameOf(MAX_FRAME_BYTES))).toBe(MAX_FRAME_BYTES);
    expect(codec().decode(frameOf(MAX_FRAME_BYTES)).ok).toBe(true);
    expect(codec().decode(frameOf(MAX_FRAME_BYTES + 2))).toEqual(MALFORMED);
    expect(codec().decode(Buffer.from(frameOf(MAX_FRAME_BYTES + 2)))).toEqual(MALFORMED);
  });

  it('takes no hello of more values than a message may have', () => {
    expect(decode('hello', { ...hello, extra: Array.from({ length: 9000 }, () => 0) })).toEqual(MALFORMED);
  });
});

/** A frame signed as it should be, whose type somebody changed on the way. */
function retyped(kind: LinkCodec, frame: Frame, type: string): string | Uint8Array {
  const sent = createFrameCodec(kind, SECRET).encode(frame);
  if (typeof sent === 'string') return sent.replace(`{"type":"${frame.type}"`, `{"type":"${type}"`);
  const head = (name: string): Buffer =>
    Buffer.concat([Buffer.from([0xa3, 0x61, 0x74]), Buffer.from(encodeCbor(name))]);
  const [from, to] = [head(frame.type), head(type)];
  expect(Buffer.from(sent.subarray(0, from.byteLength))).toEqual(from);
  return Buffer.concat([to, sent.subarray(from.byteLength)]);
}
