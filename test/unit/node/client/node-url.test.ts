import { expect, test } from 'vitest';
import { parseNodeUrl } from '../../../../src/node/client/node-url.js';

test.each([
  ['localhost', 'http://localhost:8080', ''],
  ['localhost:80', 'http://localhost', ''],
  ['h:', 'http://h:8080', ''],
  ['HOST:8081', 'http://host:8081', ''],
  ['::1', 'http://[::1]:8080', ''],
  ['[::1]', 'http://[::1]:8080', ''],
  ['[2001:db8::1]:9', 'http://[2001:db8::1]:9', ''],
  ['h/prefix/', 'http://h:8080', '/prefix'],
  ['http://h', 'http://h', ''],
  ['https://h:444/a/b//', 'https://h:444', '/a/b'],
  [' h:1 ', 'http://h:1', ''],
])('%j is read as %s%s', (text, origin, prefix) => {
  expect(parseNodeUrl(text)).toEqual({ origin, prefix });
});

test.each([
  '',
  ' ',
  ':80',
  'h:x',
  'h:70000',
  '[::1',
  '::1:80:',
  'http://',
  'ftp://h',
  'file:///etc',
  'u:p@h',
  'http://u@h',
  'h?x',
  'h#x',
  'a b',
])('%j is no URL of a node', (text) => {
  expect(parseNodeUrl(text)).toBeUndefined();
});
