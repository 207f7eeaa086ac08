import { describe, expect, it } from 'vitest';
import type { Frame, GoodbyeFrame, HelloFrame, WelcomeFrame } from '../../src/tree/frame.js';
import { createFrameCodec } from '../../src/tree/wire/create-frame-codec.js';
import { OPEN, signerOf } from '../support/frames.js';
import { loadRecordings, RECORDING_NAMES } from '../support/recordings.js';

const recorded = RECORDING_NAMES.flatMap((name) => {
  const { secret, records } = loadRecordings(name);
  return records.flatMap(({ kind, frame }, index) =>
    frame === undefined
      ? []
      : [{ at: `${name}[${index}] ${kind}`, fromTheField: kind.includes('recv'), frame, secret }],
  );
});
const signed = recorded.filter(({ frame }) => 'signature' in (JSON.parse(frame) as object));
const json = createFrameCodec('json', OPEN);

function decoded(text: string, codec = json): Frame {
  const result = codec.decode(text);
  if (!result.ok || result.frame.type === 'unknown') throw new Error(`not decoded: ${JSON.stringify(result)}`);
  return result.frame;
}

const first = <Type extends Frame['type']>(type: Type): string =>
  recorded.find(({ frame }) => frame.startsWith(`{"type":"${type}"`))?.frame ?? '';

/** What a frame says once it is read: a topology without the rubbish that a node in the field was once sent. */
function withoutRubbish(text: string): string {
  const rubbish =
    /,?\{"type":"SYNC","from":"ref-ts","timestamp":\d+,"message_id":"","node_info":\{"enclave":"default"\}\}/;
  return text.replace(rubbish, '').replace(',{"enclave":"default"}]', ']');
}

describe('frames recorded in the field', () => {
  it('are there to test with', () => {
    expect([recorded.length, signed.length]).toEqual([15, 7]);
  });

  it.each(recorded)('decodes $at', ({ frame }) => {
    expect(decoded(frame).type).toBe((JSON.parse(frame) as { type: string }).type);
  });

  it.each(recorded.filter(({ fromTheField, frame }) => fromTheField && !frame.includes('"topology"')))(
    'encodes $at byte for byte',
    ({ frame, secret }) => {
      const isSigned = frame.includes('"signature"');
      const codec = createFrameCodec('json', isSigned ? signerOf(secret) : OPEN);
      expect(codec.encode(decoded(frame, codec))).toBe(withoutRubbish(frame));
    },
  );

  it('encodes the welcome byte for byte, but for the time, which it says only with an extension', () => {
    const welcome = decoded(first('welcome')) as WelcomeFrame;
    const expected = withoutRubbish(first('welcome'));
    expect(json.encode(welcome)).toBe(expected.replaceAll('1795215345', '0'));
    const extension = { incarnation: 1, instance: 'ab', sentMs: 1_795_215_345_678 };
    const x = ',"x":{"incarnation":1,"instance":"ab","at":1795215345678}}}';
    expect(json.encode({ ...welcome, extension })).toBe(expected.replace(/\}\}$/, x));
  });

  it.each(signed)('takes the signature of $at, and no other', ({ frame, secret }) => {
    expect(createFrameCodec('json', signerOf(secret)).decode(frame).ok).toBe(true);
    expect(createFrameCodec('json', signerOf(`${secret}!`)).decode(frame)).toEqual({ ok: false, fault: 'unsigned' });
    const cut = frame.replace(/,"signature":"[\da-f]+"/, '');
    expect(createFrameCodec('json', signerOf(secret)).decode(cut)).toEqual({ ok: false, fault: 'unsigned' });
  });

  it.each(signed)('takes $at in any layout that leaves the payload alone', ({ frame, secret }) => {
    const codec = createFrameCodec('json', signerOf(secret));
    const { type, payload, signature } = JSON.parse(frame) as { type: string; payload: object; signature: string };
    const turned = `\n{ "signature" : "${signature}",\t"payload" : ${JSON.stringify(payload)} , "type":"${type}" }\r\n`;
    expect(codec.decode(turned)).toEqual(codec.decode(frame));
    expect(codec.decode(JSON.stringify({ type, signature, payload }, null, 2))).toEqual(codec.decode(frame));
  });

  it('reads the hello of a child behind NAT', () => {
    expect(decoded(first('hello')) as HelloFrame).toEqual({
      type: 'hello',
      nodeId: 'child-1',
      enclave: 'fx-enclave',
      address: '10.9.9.9',
      httpPort: 1,
      inbound: false,
    });
  });

  it('reads the topology of a welcome without what is no node', () => {
    const { topology, parentId, depth } = decoded(first('welcome')) as WelcomeFrame;
    expect([parentId, depth]).toEqual(['ref-ts', 1]);
    expect(topology.map(({ id }) => id)).toEqual(['recorder-1', 'joiner-1', 'joiner-2', 'third-1', 'ref-ts']);
  });

  it('reads the alternatives of a goodbye without what is no node', () => {
    const { reason, alternatives } = decoded(first('goodbye')) as GoodbyeFrame;
    expect(reason).toBe('shutdown');
    expect(alternatives.map(({ id, enclave }) => [id, enclave])).toEqual([
      ['recorder-1', 'fx-enclave'],
      ['joiner-1', 'other'],
      ['joiner-2', 'default'],
      ['third-1', 'default'],
    ]);
  });
});
