import { describe, expect, test } from 'vitest';
import { ClusterKeys } from '../../../../src/node/wire/cluster-keys.js';
import { signBody } from '../../../../src/node/wire/signature.js';
import { ReadableMetrics } from '../../../support/ports.js';

const BODY = Buffer.from('{"type":"PING"}');
const OTHER_BODY = Buffer.from('{"type":"PONG"}');

let metrics: ReadableMetrics;

function keysOf(...secrets: string[]): ClusterKeys {
  metrics = new ReadableMetrics();
  return new ClusterKeys({ metrics }, secrets);
}

function verified(position: number): number {
  return metrics.value('repram_signatures_verified_total', { secret: String(position) });
}

describe('without a secret', () => {
  test('nothing is signed, and everything counts', () => {
    const keys = keysOf();
    expect([keys.areRequired, keys.sign(BODY)]).toEqual([false, undefined]);
    expect([keys.verify(BODY, undefined), keys.verify(BODY, 'rubbish')]).toEqual(['ok', 'ok']);
  });
});

describe('with several secrets', () => {
  test('the first signs', () => {
    expect(keysOf('new', 'old').sign(BODY)).toBe(signBody('new', BODY));
  });

  test.each(['first', 'second', 'third'])('a signature by the %s counts', (secret) => {
    expect(keysOf('first', 'second', 'third').verify(BODY, signBody(secret, BODY))).toBe('ok');
  });

  test.each([
    ['none', undefined, 'missing'],
    ['an empty one', '', 'missing'],
    ['one by a secret nobody has', signBody('fourth', BODY), 'invalid'],
    ['one by a good secret for another body', signBody('second', OTHER_BODY), 'invalid'],
    ['something else', 'g'.repeat(64), 'invalid'],
    ['one by all of them in a row', signBody('first', BODY) + signBody('second', BODY), 'invalid'],
  ])('with %s for a signature, nothing counts, and nothing is counted', (_, header, expected) => {
    const keys = keysOf('first', 'second');
    expect(keys.verify(BODY, header)).toBe(expected);
    expect([verified(1), verified(2)]).toEqual([0, 0]);
  });

  test('an operator sees whether the old one is still in use', () => {
    const keys = keysOf('new', 'old');
    keys.verify(BODY, signBody('old', BODY));
    keys.verify(BODY, signBody('old', BODY));
    keys.verify(BODY, signBody('new', BODY));
    expect([verified(1), verified(2)]).toEqual([1, 2]);
  });

  test('a secret with commas and newlines is one secret', () => {
    const keys = keysOf('a,b\nc');
    expect(keys.verify(BODY, signBody('a,b\nc', BODY))).toBe('ok');
    expect(keys.verify(BODY, signBody('a', BODY))).toBe('invalid');
  });
});

describe('rotation', () => {
  const STAGES = [['old'], ['old', 'new'], ['new', 'old'], ['new']] as const;

  test.each([
    [0, 1],
    [1, 2],
    [2, 3],
  ] as const)('between stages %i and %i, either side understands the other', (before, after) => {
    const [one, other] = [keysOf(...STAGES[before]), keysOf(...STAGES[after])];
    expect(one.verify(BODY, other.sign(BODY))).toBe('ok');
    expect(other.verify(BODY, one.sign(BODY))).toBe('ok');
  });

  test('in one step locks nodes out', () => {
    expect(keysOf('old').verify(BODY, keysOf('new').sign(BODY))).toBe('invalid');
  });
});
