import { expect, test } from 'vitest';
import { outcomeOfError, outcomeOfStatus } from '../../../../src/node/transport/send-error.js';

test.each([
  ['ECONNREFUSED', 'refused'],
  ['ENOTFOUND', 'refused'],
  ['EACCES', 'refused'],
  ['EAI_AGAIN', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_DESTROYED', 'aborted'],
  ['ECONNRESET', 'reset'],
  ['UND_ERR_SOCKET', 'reset'],
  ['HPE_INVALID_CONSTANT', 'reset'],
  ['constructor', 'reset'],
  ['__proto__', 'reset'],
])('the error %s is %s', (code, kind) => {
  expect(outcomeOfError(Object.assign(new Error('failed'), { code }))).toEqual({ kind });
});

test.each([new Error('no code'), 'text', null, undefined])('%s, whatever it is, counts as a reset', (error) => {
  expect(outcomeOfError(error)).toEqual({ kind: 'reset' });
});

test.each([
  [200, { kind: 'ok' }],
  [421, { kind: 'misdirected' }],
  [201, { kind: 'rejected', status: 201 }],
  [204, { kind: 'rejected', status: 204 }],
  [403, { kind: 'rejected', status: 403 }],
  [500, { kind: 'rejected', status: 500 }],
  [507, { kind: 'rejected', status: 507 }],
])('the status %i is %j', (status, outcome) => {
  expect(outcomeOfStatus(status, undefined)).toEqual(outcome);
});

test.each([
  [undefined, undefined],
  ['2', 2000],
  ['0', 0],
  ['86400', 60_000],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['Sat, 21 Nov 2026 00:00:00 GMT', undefined],
  ['99999999999999999999', undefined],
])('busy with Retry-After %s means to wait %s ms', (header, retryAfterMs) => {
  for (const status of [429, 503]) expect(outcomeOfStatus(status, header)).toEqual({ kind: 'busy', retryAfterMs });
});
