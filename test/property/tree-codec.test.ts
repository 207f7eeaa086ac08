import { fc, test } from '@fast-check/vitest';
import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect } from 'vitest';
import type { DecodedFrame, Frame } from '../../src/tree/frame.js';
import type { FrameResult } from '../../src/tree/wire/codec.js';
import { createFrameCodec } from '../../src/tree/wire/create-frame-codec.js';
import { memberText } from '../../src/tree/wire/member-text.js';
import { frames, OPEN, plain, SAMPLES, signerOf } from '../support/frames.js';

const SIGNERS = { open: OPEN, signed: signerOf('s3cret') };
const TYPES = SAMPLES.map(({ type }) => type);
const FIELDS = [
  ...['type', 'payload', 'signature', 't', 'p', 's', 'x', 'node_id', 'enclave', 'address', 'http_port', 'capabilities'],
  ...['inbound', 'topology', 'your_position', 'depth', 'parent_id', 'reason', 'alternative_parents', 'id', 'room'],
  ...['basis', 'members', 'kind', 'status', 'body', 'data', 'key', 'from', 'message_id', 'node_info', 'incarnation'],
  ...['instance', 'at', '__proto__', 'constructor'],
];
const WORDS = [...TYPES, 'PUT', 'ACK', 'PING', 'SYNC', 'true', 'false', 'replica', 'read', 'ok', 'a', '', 'AA=='];
const lenient = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });

/** What CBOR can say, with the protocol's own names and awkward scalars often; and JSON, where bytes are turned into text. */
const { value: shapes, map: maps } = fc.letrec<{ value: unknown; map: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(...WORDS, ...WORDS.map((word) => Buffer.from(word))),
    fc.constantFrom<unknown>(0, 1, -1, 0.5, 8080, 65_536, 1e300, Number.NaN, true, null, undefined),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc
    .array(fc.tuple(fc.constantFrom(...FIELDS), tie('value')), { maxLength: 8 })
    .map((fields) => Object.fromEntries(fields) as Record<string, unknown>),
}));

const types = fc.constantFrom<unknown>(...TYPES, 'later', 7);

/** A result is one of three, and what was read says the same once it is written and read again. */
function expectSound(kind: 'json' | 'cbor', data: string | Uint8Array): void {
  for (const signer of Object.values(SIGNERS)) {
    const codec = createFrameCodec(kind, signer);
    const result = codec.decode(data);
    if (!result.ok) expect(result.fault).toMatch(/^(malformed|unsigned)$/);
    else if (result.frame.type !== 'unknown') {
      expect(plain(codec.decode(codec.encode(result.frame)))).toEqual(plain(result));
    }
  }
}

function frameIn(result: FrameResult): DecodedFrame | undefined {
  return result.ok ? result.frame : undefined;
}

/** What may come of a signed frame that was changed: nothing at all, the same frame, or one that is ignored. */
function expectSame(result: FrameResult, frame: Frame): void {
  const read = frameIn(result);
  if (read !== undefined && read.type !== 'unknown') expect(plain(read)).toEqual(plain(frame));
}

describe.each(['json', 'cbor'] as const)('the %s codec of the tree', (kind) => {
  test.prop([frames, fc.constantFrom('open' as const, 'signed' as const)], { numRuns: 1000 })(
    'decodes what it encodes to the same frame',
    (frame, mode) => {
      const sent = createFrameCodec(kind, SIGNERS[mode]).encode(frame);
      expect(plain(createFrameCodec(kind, SIGNERS[mode]).decode(sent))).toEqual(plain({ ok: true, frame }));
    },
  );

  test.prop([fc.oneof(fc.uint8Array({ maxLength: 500 }), fc.string({ unit: 'binary' }), fc.json())], { numRuns: 500 })(
    'is total on arbitrary data',
    (data) => expectSound(kind, data),
  );

  test.prop([types, maps], { numRuns: 1000 })('is total on payloads of nearly the right shape', (type, payload) => {
    const data =
      kind === 'json'
        ? JSON.stringify({ type, payload: textual(payload) })
        : lenient.encode({ t: type, p: lenient.encode(payload) });
    expectSound(kind, data);
  });

  test.prop([shapes], { numRuns: 500 })('is total on frames of nearly the right shape', (frame) => {
    expectSound(kind, kind === 'json' ? (JSON.stringify(textual(frame)) ?? '') : lenient.encode(frame));
  });

  test.prop([frames, fc.nat(), fc.nat(255)], { numRuns: 500 })(
    'is total where a byte is another',
    (frame, at, byte) => {
      const bytes = Uint8Array.from(Buffer.from(createFrameCodec(kind, OPEN).encode(frame)));
      bytes[at % bytes.byteLength] = byte;
      expectSound(kind, kind === 'json' ? Buffer.from(bytes).toString() : bytes);
    },
  );

  test.prop([frames, fc.nat(), fc.nat(7)], { numRuns: 2000 })(
    'takes no signed frame for another one where a bit was flipped',
    (frame, at, bit) => {
      const bytes = Uint8Array.from(Buffer.from(createFrameCodec(kind, SIGNERS.signed).encode(frame)));
      const index = at % bytes.byteLength;
      bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
      const codec = createFrameCodec(kind, SIGNERS.signed);
      expectSame(codec.decode(kind === 'json' ? Buffer.from(bytes).toString() : bytes), frame);
      expectSame(codec.decode(bytes), frame);
    },
  );

  test.prop([frames, fc.nat()])('takes no frame that is cut short', (frame, cut) => {
    const sent = createFrameCodec(kind, OPEN).encode(frame);
    expect(createFrameCodec(kind, OPEN).decode(sent.slice(0, cut % sent.length))).toEqual({
      ok: false,
      fault: 'malformed',
    });
  });
});

describe('every bit of a signed frame of each type', () => {
  test.each(SAMPLES)('counts in a $type', (frame) => {
    for (const kind of ['json', 'cbor'] as const) {
      const codec = createFrameCodec(kind, SIGNERS.signed);
      const sent = Buffer.from(codec.encode(frame));
      for (let bit = 0; bit < 8 * sent.byteLength; bit++) {
        const bytes = Buffer.from(sent);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expectSame(codec.decode(bytes), frame);
      }
    }
  });
});

describe('the payload that is signed', () => {
  const whitespace = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
  const members = fc.array(fc.tuple(fc.oneof(fc.constantFrom('payload', 'type', 'a'), fc.string()), fc.jsonValue()));

  test.prop([members, whitespace, fc.constantFrom(undefined, 1, '\t')], { numRuns: 1000 })(
    'is the text of the one that JSON.parse takes',
    (entries, space, indent) => {
      const text = entries
        .map(
          ([name, value]) => `${space}${JSON.stringify(name)}${space}:${space}${JSON.stringify(value, null, indent)}`,
        )
        .join(`${space},`);
      const object = `${space}{${text}${space}}${space}`;
      const found = memberText(object, 'payload');
      const last = entries.findLast(([name]) => name === 'payload');
      expect(found).toBe(last && JSON.stringify(last[1], null, indent));
      const parsed = (JSON.parse(object) as { payload?: unknown }).payload;
      expect(found && JSON.parse(found)).toEqual(parsed);
    },
  );

  test.prop([frames], { numRuns: 500 })('is what JSON.stringify prints, as nodes in the field verify', (frame) => {
    const text = createFrameCodec('json', SIGNERS.signed).encode(frame) as string;
    const { payload, signature } = JSON.parse(text) as { payload: unknown; signature: string };
    expect(SIGNERS.signed.verify(Buffer.from(JSON.stringify(payload)), signature)).toBe('ok');
    expect(memberText(text, 'payload')).toBe(JSON.stringify(payload));
  });

  test.prop([
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', ' ', 'payload', 'a') }),
    fc.nat(3),
  ])('is looked for to an end in any text', (text) => {
    expect(['string', 'undefined']).toContain(typeof memberText(text, 'payload'));
  });
});

/** The same with text for bytes, as JSON has none. */
function textual(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(textual);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, textual(each)]));
}
