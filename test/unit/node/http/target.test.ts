import { describe, expect, test } from 'vitest';
import { isHostField } from '../../../../src/node/http/host-field.js';
import { parseTarget, percentDecode } from '../../../../src/node/http/target.js';

describe('a target', () => {
  test.each([
    ['/', '/', ''],
    ['/a/b?c=d', '/a/b', 'c=d'],
    ['/a?b?c', '/a', 'b?c'],
    ['/a?', '/a', ''],
    ['//a', '//a', ''],
    ['/%zz', '/%zz', ''],
    ['http://node/a?b', '/a', 'b'],
    ['HTTPS://NODE:443/a', '/a', ''],
    ['http://node', '/', ''],
    ['http://node?a=b', '/', 'a=b'],
    ['http://[::1]:8080/a', '/a', ''],
  ])('%s has path %s and query %j', (target, path, query) => {
    expect(parseTarget(target)).toEqual({ path, query });
  });

  test.each([
    '',
    '*',
    'a',
    '?a',
    'node:80',
    'http:',
    'http://',
    'http:///a',
    'http://?a',
    'http://a b/',
    'http://[::1/',
    'ftp://node/a',
    'http://user@node/',
    'http://node:99999/',
    ' /a',
  ])('%j is none', (target) => {
    expect(parseTarget(target)).toBeUndefined();
  });
});

describe('percent-decoding', () => {
  test.each([
    ['a%2Fb', 'a/b'],
    ['%F0%9F%94%A5', '🔥'],
    ['a+b', 'a+b'],
    ['%00', '\0'],
    ['', ''],
  ])('%s gives %j', (text, decoded) => {
    expect(percentDecode(text)).toBe(decoded);
  });

  test.each(['%', '%4', '%zz', '%ff', '%C0%AF', '%ED%A0%80', '%F4%90%80%80'])('%s is malformed', (text) => {
    expect(percentDecode(text)).toBeUndefined();
  });
});

describe('a Host field', () => {
  test.each([
    'node',
    'node:8080',
    'NODE.example.',
    'a_b',
    '127.0.0.1:80',
    '[::1]',
    '[2001:DB8::1]:65535',
    '[::ffff:1.2.3.4]',
    'x:0',
  ])('%s is one', (text) => {
    expect(isHostField(text)).toBe(true);
  });

  test.each([
    '',
    ' ',
    ':80',
    'a b',
    'a@b',
    'a/b',
    'a?b',
    'a#b',
    'a\\b',
    '%41',
    'h\u00f6st',
    '::1',
    '[::1',
    '[]',
    '[g::1]',
    '[::1]x',
    'x:',
    'x:y',
    'x:-1',
    'x:65536',
    'x:100000',
    'x:80:80',
    'x\n',
    'a'.repeat(256),
  ])('%j is none', (text) => {
    expect(isHostField(text)).toBe(false);
  });
});
