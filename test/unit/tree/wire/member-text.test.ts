import { describe, expect, it } from 'vitest';
import { memberText } from '../../../../src/tree/wire/member-text.js';

describe('memberText', () => {
  it.each([
    ['{"payload":{"a":1}}', '{"a":1}'],
    ['{"payload":{"a":1},"type":"put"}', '{"a":1}'],
    ['{"type":"put","signature":"ff","payload":{"a":1}}', '{"a":1}'],
    [' \n{\t"type" : "put" ,\r\n "payload" \t: \n { "a" : [ 1 , 2 ] } \n}\n ', '{ "a" : [ 1 , 2 ] }'],
    ['{"payload":[]}', '[]'],
    ['{"payload":[[{"a":[{}]}],"]}"],"b":1}', '[[{"a":[{}]}],"]}"]'],
    ['{"payload":"a\\"b","b":1}', '"a\\"b"'],
    ['{"payload":"a\\\\","b":"c"}', '"a\\\\"'],
    ['{"payload":"a\\\\\\"","b":"c"}', '"a\\\\\\""'],
    ['{"payload":{"a":"}\\"{["},"b":1}', '{"a":"}\\"{["}'],
    ['{"payload":-1.5e3}', '-1.5e3'],
    ['{"payload":null ,"b":1}', 'null'],
    ['{"payload":true\n}', 'true'],
    ['{"payload":0}', '0'],
    ['{"payload":"é😀\u2028"}', '"é😀\u2028"'],
  ])('finds the payload of %s', (text, expected) => {
    expect(JSON.stringify(JSON.parse(text).payload)).toBe(JSON.stringify(JSON.parse(expected)));
    expect(memberText(text, 'payload')).toBe(expected);
  });

  it.each([
    ['the value of another name', '{"a":"payload","b":2}'],
    ['a nested name', '{"a":{"payload":1},"b":[{"payload":2}]}'],
    ['a name within a string', '{"a":"\\"payload\\":1"}'],
    ['a longer name', '{"payloads":1,"xpayload":2}'],
    ['a name in other letters', '{"Payload":1}'],
    ['an empty object', '{}'],
    ['an array', '["payload",1]'],
  ])('does not take %s for the payload', (_, text) => {
    expect(memberText(text, 'payload')).toBeUndefined();
  });

  it('takes the last of several, as JSON.parse does', () => {
    const text = '{"payload":{"a":1},"type":"put","payload" : {"a":2},"signature":"ff"}';
    expect([memberText(text, 'payload'), JSON.parse(text).payload]).toEqual(['{"a":2}', { a: 2 }]);
  });

  it('knows a name that is written with escapes', () => {
    const text = '{"payload":1,"pa\\u0079load":2}';
    expect([memberText(text, 'payload'), JSON.parse(text).payload]).toEqual(['2', 2]);
  });

  it.each([
    '',
    '{',
    '"',
    '{"',
    '{"payload',
    '{"payload"',
    '{"payload":',
    '{"payload":"',
    '{"payload":{',
    '{"payload":{"a',
    '{"payload":]',
    '{"payload":}}}',
    '{"pa\\xload":1,"b\\',
    '\\"payload":1',
  ])('comes to an end with %j, which is no JSON', (text) => {
    expect(['string', 'undefined']).toContain(typeof memberText(text, 'payload'));
  });

  it('takes time in proportion to a text of backslashes and quotation marks', () => {
    const size = 2_000_000;
    for (const part of ['\\', '\\"', '"', '{"', '[', ':']) {
      expect(() => memberText(`{"payload":"${part.repeat(size / part.length)}`, 'payload')).not.toThrow();
    }
  });
});
