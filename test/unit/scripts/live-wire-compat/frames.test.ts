import { expect, test } from 'vitest';
import { rawFrame } from '../../../../scripts/live-wire-compat/tree/raw-socket.js';
import { decodeFrame, encodeFrame, type FrameForm } from '../../../../scripts/live-wire-compat/wire/frame.js';
import { rawMember } from '../../../../scripts/live-wire-compat/wire/raw-member.js';
import { isSignedBy, sign } from '../../../../scripts/live-wire-compat/wire/signature.js';
import { CborCodec } from '../../../../src/tree/wire/cbor-codec.js';
import type { FrameCodec } from '../../../../src/tree/wire/codec.js';
import { JsonCodec } from '../../../../src/tree/wire/json-codec.js';

const RECORDED_HELLO =
  '{"type":"hello","payload":{"node_id":"ref-ts","enclave":"fx-enclave","address":"127.0.0.1","http_port":24989,' +
  '"capabilities":{"inbound":"false"}},"signature":"920a68cb8fdb682fdb71a6c515dcaa2fb72034d223f744628781e670643e47d1"}';

const SECRET = 'sécret';
const PUT = {
  type: 'PUT',
  from: 'child <1> & "ü"',
  key: 'a/b \u2028 <&>',
  data: 'AP+AAQ==',
  ttl: 600,
  timestamp: 1_795_215_345,
  message_id: 'c-1',
};
const SIGNER = {
  areRequired: true,
  sign: (bytes: Uint8Array): string => sign(SECRET, bytes),
  verify: (bytes: Uint8Array, given: string | undefined): 'ok' | 'invalid' =>
    isSignedBy(SECRET, bytes, given) ? 'ok' : 'invalid',
};

test('reads a recorded frame, whose signature is good for either kind of reader', () => {
  const frame = decodeFrame(RECORDED_HELLO, 'another');
  expect(frame).toMatchObject({ type: 'hello', isBinary: false, signature: { printed: true, sent: true } });
  expect(decodeFrame(RECORDED_HELLO.replace('24989', '24988'), 'another')?.signature).toEqual({
    printed: false,
    sent: false,
  });
  const { type, payload } = frame ?? { type: '', payload: {} };
  expect(encodeFrame('typescript', type, payload, 'another')).toBe(RECORDED_HELLO);
});

test('a frame in the form of Go is signed over what is sent, and over nothing else', () => {
  const text = encodeFrame('go', 'put', PUT, SECRET);
  expect(text).not.toMatch(/[<&>]/);
  expect(decodeFrame(text, SECRET)).toMatchObject({ message: PUT, signature: { printed: false, sent: true } });
});

test.each(['typescript', 'go', 'cbor'] as const)('what is written as %s is read as it was', (form) => {
  const frame = decodeFrame(encodeFrame(form, 'put', { ...PUT, zz: [1, { deep: true }] }, SECRET), SECRET);
  expect(frame).toMatchObject({ type: 'put', payload: { ...PUT, zz: [1, { deep: true }] }, isBinary: form === 'cbor' });
  expect(frame?.signature?.sent).toBe(true);
  expect(decodeFrame(encodeFrame(form, 'put', PUT, undefined), SECRET)?.signature?.sent).toBe(false);
});

const CODECS: readonly (readonly [FrameForm, FrameCodec])[] = [
  ['typescript', new JsonCodec(SIGNER)],
  ['go', new JsonCodec(SIGNER)],
  ['cbor', new CborCodec(SIGNER)],
];

test.each(CODECS)('the node reads what is written as %s, and is read', (form, codec) => {
  const read = codec.decode(encodeFrame(form, 'put', PUT, SECRET));
  expect(read).toMatchObject({ ok: true, frame: { type: 'put', message: { key: PUT.key, messageId: 'c-1' } } });
  if (!read.ok || read.frame.type === 'unknown') throw new Error('not read');
  const back = decodeFrame(codec.encode(read.frame), SECRET);
  expect(back?.message).toMatchObject(PUT);
  expect(back?.signature).toEqual({ printed: true, sent: true });
});

test.each(['', '[]', 'null', '{}', '{"type":5,"payload":{}}', '{"type":"put","payload":[]}', '{"type":"put"'])(
  'takes %j for no frame',
  (text) => {
    expect(decodeFrame(text, undefined)).toBeUndefined();
    expect(decodeFrame(Buffer.from(text), undefined)).toBeUndefined();
  },
);

test.each([
  ['{"a":1,"payload": {"x":[1, 2]} ,"b":2}', '{"x":[1, 2]}'],
  ['{ "payload" : "}\\"" }', '"}\\""'],
  ['{"b":"payload","payload":5}', '5'],
  ['{"b":{"payload":1},"pay\\u006coad":[ ]}', '[ ]'],
  ['{"b":{"payload":1}}', undefined],
])('finds the member as it stands in %s', (text, member) => {
  expect(rawMember(text, 'payload')).toBe(member);
});

test('a raw frame has the header that it is asked for', () => {
  expect(rawFrame({ opcode: 1, payload: 'ab' }).toString('hex')).toBe('8182000000006162');
  expect(rawFrame({ opcode: 2, payload: 'a', isMasked: false, reserved: 0x40 }).toString('hex')).toBe('c20161');
  expect(rawFrame({ opcode: 1, payload: 'a', claimedLength: 300 }).toString('hex')).toBe(
    '81ff000000000000012c0000000061',
  );
});
