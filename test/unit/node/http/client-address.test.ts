import { expect, test } from 'vitest';
import { clientAddress } from '../../../../src/node/http/client-address.js';
import { fakeRequest } from './exchange.js';

test.each([
  ['IPv4', '192.0.2.7', '192.0.2.7'],
  ['IPv4 on a socket for both', '::ffff:192.0.2.7', '192.0.2.7'],
  ['IPv6', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['IPv6 with a gap', '2001:db8::6', '2001:db8:0:0::/64'],
  ['IPv6 with a gap in front', '::1', '0:0:0:0::/64'],
  ['IPv6 with a gap behind', 'fe80::', 'fe80:0:0:0::/64'],
  ['IPv6 with a zone', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['IPv6 with an IPv4 tail', '64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['nothing, the socket being gone', '', ''],
])('%s', (_, remote, expected) => {
  expect(clientAddress(fakeRequest({}, remote), false)).toBe(expected);
});

test('two addresses of one /64 are one client', () => {
  const [one, other] = ['2001:db8:0:1::1', '2001:db8:0:1:ffff::2'].map((ip) =>
    clientAddress(fakeRequest({}, ip), false),
  );
  expect(one).toBe(other);
});

test.each([
  ['its only entry', '198.51.100.1', '198.51.100.1'],
  ['the last of several entries: the others are the client’s to forge', '203.0.113.9, 198.51.100.1', '198.51.100.1'],
  ['no entry that is no address', 'unknown', '192.0.2.1'],
  ['no entry with a port', '198.51.100.1:4711', '192.0.2.1'],
  ['no empty entry', '198.51.100.1, ', '192.0.2.1'],
  ['an IPv6 entry by its /64', '2001:db8::1', '2001:db8:0:0::/64'],
])('behind a trusted proxy, X-Forwarded-For gives %s', (_, forwarded, expected) => {
  const headers = { 'x-forwarded-for': forwarded };
  expect(clientAddress(fakeRequest(headers), true)).toBe(expected);
  expect(clientAddress(fakeRequest(headers), false)).toBe('192.0.2.1');
});
