import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect, it } from 'vitest';
import { type CborValue, encodeCbor } from '../../../../src/gossip/wire/cbor.js';
import type { PutFrame } from '../../../../src/tree/frame.js';
import { CborCodec } from '../../../../src/tree/wire/cbor-codec.js';
import { OPEN, plain, SAMPLES, signerOf } from '../../../support/frames.js';

const SECRET = signerOf('s3cret');
const MALFORMED = { ok: false, fault: 'malformed' };
const UNSIGNED = { ok: false, fault: 'unsigned' };

const reader = new Encoder({ useRecords: false, mapsAsObjects: true });
const text = (value: string): Uint8Array => Buffer.from(value);
const put = { type: text('PUT'), from: text('a'), message_id: text('m'), key: text('k') };
const open = new CborCodec(OPEN);
const sample: PutFrame = {
  type: 'put',
  message: {
    type: 'PUT',
    from: 'a',
    timestampS: 1_795_215_357,
    messageId: 'm-1',
    key: '\ufeffk "1"',
    data: Buffer.from([0, 255]),
    ttlSeconds: 60,
    enclave: 'e',
  },
};
const frameOf = (payload: CborValue): Uint8Array => encodeCbor({ t: 'put', p: encodeCbor(payload) });

describe('CborCodec', () => {
  it('writes type, payload and the signature over the payload, with the names of JSON and bytes as they are', () => {
    const { t, p, s } = reader.decode(new CborCodec(SECRET).encode(sample)) as { t: string; p: Buffer; s: Buffer };
    expect([t, s.toString('hex')]).toEqual(['put', SECRET.sign(p)]);
    expect(reader.decode(p)).toEqual({
      type: Buffer.from('PUT'),
      from: Buffer.from('a'),
      timestamp: 1_795_215_357,
      message_id: Buffer.from('m-1'),
      key: Buffer.from('\ufeffk "1"'),
      data: Buffer.from([0, 255]),
      ttl: 60,
      x: { enclave: Buffer.from('e') },
    });
    expect(Object.keys(reader.decode(open.encode(sample)) as object)).toEqual(['t', 'p']);
  });

  it.each([
    ['ill-formed text', { ...put, key: Buffer.from([0xff]) }],
    ['ill-formed text where it could be absent', { ...put, x: { enclave: Buffer.from([0xc3]) } }],
    ['bytes for an extension', { ...put, x: Buffer.from([0xff]) }],
    ['base64 for a value', { ...put, data: 'AA==' }],
    ['a map for a value', { ...put, data: { length: 1 } }],
    ['a list for a value', { ...put, data: [1] }],
    ['a number for a key', { ...put, key: 7 }],
  ])('takes no write with %s', (_, payload) => {
    expect(open.decode(frameOf(payload))).toEqual(MALFORMED);
  });

  it('ignores fields that it does not know, whatever they hold', () => {
    const later = { ...put, later: Buffer.from([0xff]), map: { deep: [[{}]] } };
    expect(open.decode(frameOf(later))).toEqual(open.decode(frameOf(put)));
    const wider = encodeCbor({ t: 'put', p: encodeCbor(put), z: [1, 2, { a: true }] });
    expect(open.decode(wider)).toEqual(open.decode(frameOf(put)));
  });

  it.each([
    ['text', 'put'],
    ['nothing', new Uint8Array(0)],
    ['a number', encodeCbor(7)],
    ['bytes', encodeCbor(text('put'))],
    ['a list', encodeCbor(['put', encodeCbor(put)])],
    ['a map without a type', encodeCbor({ p: encodeCbor(put) })],
    ['a type that is bytes', encodeCbor({ t: text('put'), p: encodeCbor(put) })],
    ['a map without a payload', encodeCbor({ t: 'put' })],
    ['a payload that is a map', encodeCbor({ t: 'put', p: put })],
    ['a payload that is no CBOR', encodeCbor({ t: 'put', p: text('{}') })],
    ['a payload that is bytes', frameOf(text('put'))],
    [
      'a payload with something behind it',
      encodeCbor({ t: 'put', p: Buffer.concat([encodeCbor(put), encodeCbor(1)]) }),
    ],
    ['a frame with something behind it', Buffer.concat([frameOf(put), encodeCbor(1)])],
    ['tags', Buffer.concat([Buffer.from([0xc1]), frameOf(put)])],
    ['a map of indefinite length', Buffer.from('bf6174637075746170419fff', 'hex')],
    ['an unbounded list', Buffer.from('a161749affffffff', 'hex')],
    [
      'more values than a frame has',
      encodeCbor({ t: 'put', p: encodeCbor(put), z: Array.from({ length: 64 }, () => 0) }),
    ],
  ])('takes %s for no frame', (_, data) => {
    expect(open.decode(data)).toEqual(MALFORMED);
  });

  it.each([
    ['none', {}],
    ['text', { s: 'a'.repeat(32) }],
    ['one that is too short', { s: Buffer.alloc(31) }],
    ['one that is too long', { s: Buffer.alloc(33) }],
    ['zeros', { s: Buffer.alloc(32) }],
    ['hexadecimal', { s: text(SECRET.sign(encodeCbor(put)) ?? '') }],
    ['a list', { s: [1] }],
  ])('takes no frame whose signature is %s', (_, signature) => {
    expect(new CborCodec(SECRET).decode(encodeCbor({ t: 'put', p: encodeCbor(put), ...signature }))).toEqual(UNSIGNED);
  });

  it('reads bytes that lie within others', () => {
    for (const frame of SAMPLES) {
      const bytes = Buffer.concat([Buffer.from([1, 2, 3]), open.encode(frame), Buffer.from([4])]);
      expect(plain(open.decode(bytes.subarray(3, -1)))).toEqual(plain({ ok: true, frame }));
      expect(plain(open.decode(Uint8Array.from(bytes.subarray(3, -1))))).toEqual(plain({ ok: true, frame }));
    }
  });
});
