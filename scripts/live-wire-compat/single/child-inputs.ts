import { rawFrame } from '../tree/raw-socket.js';
import { encodeFrame } from '../wire/frame.js';
import type { Subject } from './subject.js';

export type Bytes = Uint8Array;

const TEXT = 1;
const BINARY = 2;
const PING = 9;
/** More than the largest value takes as base64, twice over. */
const FAR_TOO_LONG = 64 * 1024 * 1024;

function text(payload: Uint8Array | string): Bytes {
  return rawFrame({ opcode: TEXT, payload });
}

/** Raw bytes after the handshake, none of which an honest child sends. */
export const GARBAGE: readonly (readonly [string, Bytes])[] = [
  ['text that is no JSON', text('{not json')],
  ['an empty message', text('')],
  ['an array', text('[]')],
  ['null', text('null')],
  ['no type', text('{"payload":{}}')],
  ['a type that is no text', text('{"type":{},"payload":{}}')],
  ['a PUT without a payload', text('{"type":"put"}')],
  ['a PUT whose payload is an array', text('{"type":"put","payload":[]}')],
  ['a PUT without fields', text('{"type":"put","payload":{}}')],
  ['nested a hundred thousand deep', text(`{"type":"put","payload":${'['.repeat(100_000)}`)],
  ['bytes that are no UTF-8', text(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))],
  ['random bytes', rawFrame({ opcode: BINARY, payload: Buffer.from('9f61ff00c1d2e3', 'hex') })],
  ['a frame without a mask', rawFrame({ opcode: TEXT, payload: '{}', isMasked: false })],
  ['an opcode that is reserved', rawFrame({ opcode: 5, payload: 'x' })],
  ['reserved bits', rawFrame({ opcode: TEXT, payload: '{}', reserved: 0x70 })],
  ['a long ping', rawFrame({ opcode: PING, payload: Buffer.alloc(126) })],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
];

export const OVERSIZED: readonly (readonly [string, Bytes])[] = [
  ['text of 64 MiB', rawFrame({ opcode: TEXT, payload: '{"type":"put"', claimedLength: FAR_TOO_LONG })],
  ['bytes of 64 MiB', rawFrame({ opcode: BINARY, payload: 'x', claimedLength: FAR_TOO_LONG })],
  ['eight exabytes', rawFrame({ opcode: TEXT, payload: 'x', claimedLength: Number.MAX_SAFE_INTEGER })],
];

/** What begins and does not go on. */
export const HALF_FRAMES: readonly (readonly [string, Bytes])[] = [
  ['nothing', Buffer.alloc(0)],
  ['half a header', rawFrame({ opcode: TEXT, payload: 'x', claimedLength: 300 }).subarray(0, 4)],
  ['half a frame', rawFrame({ opcode: TEXT, payload: '{"type":"put","pay', claimedLength: 300 })],
];

/** A hello under an id that nobody else has. */
export function helloBytes({ run, enclave, secret }: Subject): Bytes {
  nextStranger += 1;
  const payload = {
    node_id: `wc-${run}-stranger-${nextStranger}`,
    enclave,
    address: '192.0.2.1',
    http_port: 1,
    capabilities: { inbound: 'false' },
  };
  return rawFrame({ opcode: TEXT, payload: encodeFrame('typescript', 'hello', payload, secret) });
}

let nextStranger = 0;
