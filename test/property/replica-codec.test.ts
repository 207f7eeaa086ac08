import { fc, test } from '@fast-check/vitest';
import { Encoder } from 'cbor-x/index-no-eval';
import { describe, expect } from 'vitest';
import type { ReplicaOp } from '../../src/gossip/replica/request.js';
import {
  decodeReplicaAnswer,
  decodeReplicaRequest,
  encodeReplicaAnswer,
  encodeReplicaRequest,
} from '../../src/gossip/wire/replica-codec.js';
import { replicaAnswers, replicaRequests } from '../support/replica-messages.js';

const OPS = ['read', 'give', 'digest', 'leaves', 'list', 'fetch', 'pull'] as const satisfies readonly ReplicaOp[];
const FIELDS = ['op', 'from', 'enclave', 'instance', 'key', 'entries', 'data', 'ttl', 'expires', 'version', 'leaves'];
const lenient = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });

/** What CBOR can say, with the protocol's own names and awkward scalars often. */
const { value: shapes } = fc.letrec<{ value: unknown; map: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(...OPS, 'x', 0, -1, 0.5, 1e300, Number.NaN, 2n ** 60n, null, undefined, new Date(0), /a/),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc
    .array(fc.tuple(fc.constantFrom(...FIELDS, '__proto__'), tie('value')), { maxLength: 8 })
    .map((fields) => Object.fromEntries(fields)),
}));

function decodeAll(bytes: Uint8Array): void {
  expect(typeof decodeReplicaRequest(bytes).ok).toBe('boolean');
  for (const op of OPS) expect(decodeReplicaAnswer(bytes, op)?.op ?? op).toBe(op);
}

describe('replica codec', () => {
  test.prop([replicaRequests], { numRuns: 500 })('decodes what it encodes to the same question', (request) => {
    expect(plain(decodeReplicaRequest(encodeReplicaRequest(request)))).toEqual(plain({ ok: true, request }));
  });

  test.prop([replicaAnswers], { numRuns: 500 })('decodes what it encodes to the same answer', (answer) => {
    expect(plain(decodeReplicaAnswer(encodeReplicaAnswer(answer), answer.op))).toEqual(plain(answer));
  });

  test.prop([replicaAnswers, fc.constantFrom(...OPS)])('takes no answer to another question', (answer, op) => {
    const decoded = decodeReplicaAnswer(encodeReplicaAnswer(answer), op);
    expect(decoded === undefined).toBe(op !== answer.op);
  });

  test.prop([fc.uint8Array({ maxLength: 2000 })])('is total on arbitrary bytes', (bytes) => decodeAll(bytes));

  test.prop([shapes], { numRuns: 1000 })('is total on CBOR of nearly the right shape', (value) => {
    decodeAll(lenient.encode(value));
  });

  test.prop([replicaRequests, fc.nat(), fc.nat(255)], { numRuns: 500 })(
    'is total where a byte of a question is another',
    (request, at, byte) => {
      const bytes = Uint8Array.from(encodeReplicaRequest(request));
      bytes[at % bytes.byteLength] = byte;
      decodeAll(bytes);
    },
  );

  test.prop([replicaRequests, fc.nat()])('takes no question that is cut short', (request, cut) => {
    const bytes = encodeReplicaRequest(request);
    expect(decodeReplicaRequest(bytes.subarray(0, cut % bytes.byteLength)).ok).toBe(false);
  });
});

/** The same with every buffer as a list of numbers, whatever its class. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}
