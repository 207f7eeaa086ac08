import { describe, expect, it } from 'vitest';
import type { Signer } from '../../../../src/tree/ports/signer.js';
import { JsonCodec } from '../../../../src/tree/wire/json-codec.js';
import { OPEN, plain, SAMPLES, signerOf } from '../../../support/frames.js';

const SECRET = signerOf('s3cret');
const MALFORMED = { ok: false, fault: 'malformed' };
const UNSIGNED = { ok: false, fault: 'unsigned' };

const signatureOf = (payload: string): string => SECRET.sign(Buffer.from(payload)) ?? '';
const payload = (key: string): string => `{"type":"PUT","from":"a","message_id":"m","key":"${key}"}`;
const decode = (text: string | Uint8Array, signer: Signer = OPEN) => new JsonCodec(signer).decode(text);

describe('JsonCodec', () => {
  it.each(SAMPLES)(
    'prints the payload of a $type as JSON.stringify does, which is what older nodes verify',
    (frame) => {
      const text = new JsonCodec(SECRET).encode(frame);
      expect(JSON.stringify(JSON.parse(text))).toBe(text);
      const parsed = JSON.parse(text) as { payload: unknown; signature: string };
      expect(Object.keys(parsed)).toEqual(['type', 'payload', 'signature']);
      expect(parsed.signature).toBe(signatureOf(JSON.stringify(parsed.payload)));
      expect(Object.keys(JSON.parse(new JsonCodec(OPEN).encode(frame)) as object)).toEqual(['type', 'payload']);
    },
  );

  it('prints what only our nodes say under x', () => {
    const x = SAMPLES.map((frame) => new JsonCodec(OPEN).encode(frame)).filter((text) => text.includes('"x":'));
    expect(x).toEqual([
      '{"type":"hello","payload":{"node_id":"a","enclave":"e","address":"[2001:db8::1]","http_port":8080,' +
        '"capabilities":{"inbound":"true"},"x":{"incarnation":1795215357970,"instance":"ab","at":1795215357980}}}',
      expect.stringMatching(
        /"x":\{"incarnation":1795215357970,"instance":"ab","at":1795215357980,"redirected":true\}\}\}$/,
      ),
      expect.stringContaining(
        '"your_position":{"depth":1,"parent_id":"a"},"x":{"incarnation":1795215357970,"instance":"ab","at":1795215357980}}}',
      ),
      '{"type":"goodbye","payload":{"reason":"at capacity","alternative_parents":[' +
        '{"id":"c","address":"10.0.0.3","http_port":8081,"enclave":"e","x":{"room":7}},' +
        '{"id":"c","address":"[::1]","http_port":8081,"enclave":"e","x":{"room":7}}]}}',
      expect.stringMatching(/^\{"type":"put",.*"x":\{"enclave":"e"\}\}\}$/),
      expect.stringMatching(/^\{"type":"ping",.*"x":\{"accused":3\}\}\}$/),
      expect.stringMatching(/^\{"type":"topology_sync",.*"x":\{"digest":"AAAAAQAAAAI="\}\}\}$/),
    ]);
  });

  it.each([
    ['whatever lies around it', (p: string, s: string) => `{ "signature":"${s}" , "payload" : ${p}\n,"type":"put"}`],
    ['with other fields', (p: string, s: string) => `{"type":"put","later":[1,"}"],"payload":${p},"signature":"${s}"}`],
    [
      'behind another payload',
      (p: string, s: string) => `{"payload":{},"type":"put","payload":${p},"signature":"${s}"}`,
    ],
    ['with capitals', (p: string, s: string) => `{"type":"put","payload":${p},"signature":"${s.toUpperCase()}"}`],
  ])('takes a signature over the payload %s', (_, frame) => {
    expect(decode(frame(payload('k'), signatureOf(payload('k'))), SECRET)).toMatchObject({
      ok: true,
      frame: { type: 'put', message: { key: 'k' } },
    });
  });

  it('takes a signature over the bytes as Go sends them, with its spaces and escapes', () => {
    const sent = `{ "type":"PUT","from":"a","message_id":"m","key":"\\u003ca\\u0026b\\u003e","data":null }`;
    expect(decode(`{"type":"put","signature":"${signatureOf(sent)}","payload":${sent}}`, SECRET)).toMatchObject({
      frame: { message: { key: '<a&b>' } },
    });
  });

  it('takes a signature over what JSON.stringify prints, where a proxy printed the frame anew', () => {
    const text = `{"type":"put","payload":{ "type" : "PUT", "from":"a","message_id":"m","key":"\\u006b"},"signature":"${signatureOf(payload('k'))}"}`;
    expect(decode(text, SECRET)).toMatchObject({ ok: true, frame: { message: { key: 'k' } } });
  });

  it('takes no payload for signed because another one in the frame is', () => {
    const [good, bad] = [payload('good'), payload('bad')];
    const signature = signatureOf(good);
    for (const text of [
      `{"type":"put","payload":${good},"payload":${bad},"signature":"${signature}"}`,
      `{"type":"put","payload":${good},"pa\\u0079load":${bad},"signature":"${signature}"}`,
      `{"type":"put","a":{"payload":${good}},"payload":${bad},"signature":"${signature}"}`,
      `{"type":"put","Payload":${good},"payload":${bad},"signature":"${signature}"}`,
      `{"payload":${bad},"type":"put","a":"\\"payload\\":${good.replaceAll('"', '\\"')}","signature":"${signature}"}`,
    ]) {
      expect(JSON.parse(text).payload.key).toBe('bad');
      expect(decode(text, SECRET)).toEqual(UNSIGNED);
    }
  });

  it.each([undefined, null, '', 'ff', 7, true, ['x'], `${'0'.repeat(63)}g`])(
    'takes %j for no signature',
    (signature) => {
      const frame = JSON.stringify({ type: 'ping', payload: { type: 'PING', from: 'a' }, signature });
      expect(decode(frame, SECRET)).toEqual(UNSIGNED);
      expect(decode(frame, OPEN).ok).toBe(true);
    },
  );

  it.each([
    '',
    ' ',
    '{',
    '[]',
    '7',
    'null',
    '"put"',
    '{}',
    '{"payload":{}}',
    '{"type":"put"}',
    '{"type":"put","payload":null}',
  ])('takes %j for no frame', (text) => {
    expect(decode(text)).toEqual(MALFORMED);
  });

  it('takes an unknown frame that has no payload', () => {
    expect(decode('{"type":"later"}')).toEqual({ ok: true, frame: { type: 'unknown' } });
  });

  it('reads a text that came as bytes, if it is well-formed UTF-8', () => {
    for (const frame of SAMPLES) {
      const text = new JsonCodec(OPEN).encode(frame);
      expect(plain(decode(Buffer.from(text)))).toEqual(plain({ ok: true, frame }));
    }
    expect(decode(Buffer.from([0x7b, 0xff, 0x7d]))).toEqual(MALFORMED);
    expect(decode(Buffer.from('\ufeff{"type":"later"}'))).toEqual(MALFORMED);
  });

  it('takes no base64 but the canonical, and no bytes written as a list', () => {
    const put = (data: unknown) =>
      decode(JSON.stringify({ type: 'put', payload: { ...(JSON.parse(payload('k')) as object), data } }));
    expect(put('AA==').ok).toBe(true);
    for (const data of ['AA', 'AB==', 'A-==', ' AA==', { type: 'Buffer', data: [1] }]) {
      expect(put(data)).toEqual(MALFORMED);
    }
  });

  it('survives brackets as deep as a welcome may hold values, signed or not', () => {
    const deep = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
    const less = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const nested of [deep, less]) {
      for (const type of ['welcome', 'hello']) {
        const text = `{"type":"${type}","payload":${nested},"signature":"${'0'.repeat(64)}"}`;
        expect(decode(text, OPEN)).toEqual(MALFORMED);
        expect(decode(text, SECRET).ok).toBe(false);
      }
    }
  });
});
