import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Message } from '../../../../src/gossip/wire/message.js';
import { HttpTransport } from '../../../../src/node/transport/http-transport.js';
import { ReadableMetrics } from '../../../support/ports.js';

const PING: Message = { type: 'PING', from: 'a', timestampS: 1, messageId: '', to: '' };
const REQUEST = { nodeId: 'a', address: 'a', gossipPort: 0, httpPort: 1, enclave: 'default' };

let transport: HttpTransport;
beforeEach(() => {
  transport = new HttpTransport({ metrics: new ReadableMetrics() }, { secret: undefined });
});
afterEach(() => transport.close());

test.each([
  ['a label that is no punycode', 'xn--a'],
  ['such a label within a name', 'node.xn--0.example'],
  ['link-local metadata', '169.254.169.254'],
  ['link-local metadata as IPv6', '::ffff:169.254.169.254'],
])('%s, which somebody gossiped, is refused and throws nothing', async (_, host) => {
  expect(await transport.send({ host, port: 80 }, PING, 1000)).toEqual({ kind: 'refused' });
  expect(await transport.bootstrap({ host, port: 80 }, REQUEST, 1000)).toEqual({ kind: 'failed', reason: 'refused' });
  transport.forget({ host, port: 80 });
});

test('after it was closed, nothing is sent', async () => {
  transport.close();
  expect(await transport.send({ host: '127.0.0.1', port: 1 }, PING, 1000)).toEqual({ kind: 'aborted' });
});
