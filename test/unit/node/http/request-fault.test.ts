import { expect, test } from 'vitest';
import { requestFault } from '../../../../src/node/http/request-fault.js';
import { fakeRequest } from './exchange.js';

test('an ordinary request has none', () => {
  expect(requestFault(fakeRequest({ host: 'node' }))).toBeUndefined();
  expect(requestFault(fakeRequest({ host: 'node', 'transfer-encoding': 'Chunked' }))).toBeUndefined();
});

test('a second Host is one, however it is spelled: a proxy may have gone by the other', () => {
  expect(requestFault(fakeRequest({ host: 'node', HOST: 'node' }))).toBe('More than one Host header');
});

test('HTTP/1.1 must name a host, HTTP/1.0 need not', () => {
  const req = fakeRequest();
  expect(requestFault(req)).toBe('Bad Host header');
  req.httpVersionMinor = 0;
  expect(requestFault(req)).toBeUndefined();
});

test.each(['gzip', 'gzip, chunked', 'chunked, chunked', 'identity', ''])('transfer coding %j is one', (coding) => {
  const req = fakeRequest({ host: 'node', 'transfer-encoding': coding });
  expect(requestFault(req)).toBe('Unsupported transfer coding');
});

test('a transfer coding in HTTP/1.0 is one: its framing cannot be trusted', () => {
  const req = fakeRequest({ host: 'node', 'transfer-encoding': 'chunked' });
  req.httpVersionMinor = 0;
  expect(requestFault(req)).toBe('Unsupported transfer coding');
});

test.each([0, 2, 3])('HTTP/%i over this connection is one', (major) => {
  const req = fakeRequest({ host: 'node' });
  req.httpVersionMajor = major;
  expect(requestFault(req)).toBe('Unsupported HTTP version');
});
