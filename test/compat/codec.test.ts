import { describe, expect, it } from 'vitest';
import {
  decodeBootstrapAnswer,
  decodeBootstrapRequest,
  encodeBootstrapAnswer,
  encodeBootstrapRequest,
} from '../../src/gossip/wire/bootstrap-codec.js';
import { decodeMessage } from '../../src/gossip/wire/decode.js';
import { encodeMessage } from '../../src/gossip/wire/encode.js';
import type { Message } from '../../src/gossip/wire/message.js';
import { versionOf } from '../../src/gossip/wire/message-id.js';
import { gossipBodies, loadRecordings, RECORDING_NAMES, type Recording } from '../support/recordings.js';

const bodies = RECORDING_NAMES.flatMap(gossipBodies);
const wellFormed = bodies.filter(({ body }) => body !== '{not json' && !body.includes('WAT'));
const bootstraps = RECORDING_NAMES.flatMap((name) =>
  loadRecordings(name).records.filter((record) => record.kind.includes('/v1/bootstrap')),
);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (body: Uint8Array): string => new TextDecoder().decode(body);

function decoded(body: string): Message {
  const result = decodeMessage(bytes(body));
  if (!result.ok || result.message.type === 'UNKNOWN') throw new Error(`not decoded: ${JSON.stringify(result)}`);
  return result.message;
}

describe('gossip messages recorded in the field', () => {
  it.each(wellFormed)('decodes $at', ({ body }) => {
    const message = decoded(body);
    const json = JSON.parse(body) as Record<string, unknown>;
    expect(message).toMatchObject({
      type: json['type'],
      from: json['from'],
      timestampS: json['timestamp'],
      messageId: json['message_id'],
    });
  });

  it.each(wellFormed.filter((record) => record.impl === 'ts' && record.fromTheField))(
    'encodes $at byte for byte',
    ({ body }) => {
      expect(text(encodeMessage(decoded(body)))).toBe(body);
    },
  );

  it.each(wellFormed)('means the same as $at after encoding', ({ body }) => {
    const message = decoded(body);
    expect(decoded(text(encodeMessage(message)))).toEqual(message);
    const written = JSON.parse(text(encodeMessage(message))) as object;
    expect(written).toMatchObject(JSON.parse(body) as object);
  });

  it.each(bodies.filter(({ body }) => body.includes('WAT')))('takes $at for an unknown type', ({ body }) => {
    expect(decodeMessage(bytes(body))).toEqual({ ok: true, message: { type: 'UNKNOWN' } });
  });

  it.each(bodies.filter(({ body }) => body === '{not json'))('answers $at as both implementations do', ({ body }) => {
    expect(decodeMessage(bytes(body))).toEqual({ ok: false, error: 'Invalid JSON' });
  });

  it('keeps the order in which each recorded sender wrote', () => {
    for (const name of RECORDING_NAMES) {
      const puts = gossipBodies(name)
        .filter((record) => record.fromTheField && /"message_id":"[^"]*-\d{19}/.test(record.body))
        .map(({ body }) => decoded(body))
        .filter((message) => message.type === 'PUT');
      const versions = puts.map((put) => versionOf(put).version);
      expect(versions.length).toBeGreaterThanOrEqual(5);
      for (const [index, version] of versions.slice(1).entries()) {
        const before = versions[index] ?? version;
        expect([
          before.ms < version.ms || (before.ms === version.ms && before.logical < version.logical),
          puts[index],
        ]).toEqual([true, puts[index]]);
      }
    }
  });
});

describe('bootstrap recorded in the field', () => {
  const requests = bootstraps.map((record) => record.body ?? record.request ?? '').filter((body) => body !== '[]');
  const answers = bootstraps.filter((record): record is Recording & { response: string } => record.status === 200);

  it.each(requests)('decodes the request %s', (body) => {
    const result = decodeBootstrapRequest(bytes(body));
    expect(result.ok).toBe(true);
    const complete = body.includes('"enclave"') ? body : body.replace(/}$/, ',"enclave":"default"}');
    expect(result.ok && text(encodeBootstrapRequest(result.request))).toBe(complete);
  });

  it('answers a request that is no object as Go does', () => {
    expect(decodeBootstrapRequest(bytes('[]'))).toEqual({ ok: false, error: 'Invalid JSON' });
  });

  it.each(answers)('decodes the answer of $impl and leaves out what it was once sent as rubbish', ({ response }) => {
    const result = decodeBootstrapAnswer(bytes(response));
    const rubbish = '{"enclave":"default"},';
    expect(result).toMatchObject({ ok: true, skipped: response.includes(rubbish) ? 1 : 0 });
    expect(result.ok && text(encodeBootstrapAnswer(result.answer))).toBe(response.trimEnd().replace(rubbish, ''));
  });

  it('has answers with and without rubbish to test with', () => {
    expect(answers.filter(({ response }) => response.includes('{"enclave":"default"}'))).toHaveLength(2);
    expect(answers.length).toBeGreaterThanOrEqual(8);
  });
});
