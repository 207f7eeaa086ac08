import { connect, type Socket } from 'node:net';
import { encodeCbor } from '../../src/gossip/wire/cbor.js';
import { CBOR_SUBPROTOCOL, type LinkCodec } from '../../src/tree/ports/link.js';
import type { Signer } from '../../src/tree/ports/signer.js';
import { createFrameCodec } from '../../src/tree/wire/create-frame-codec.js';

/** Opcodes (RFC 6455 section 5.2). */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const UNSIGNED: Signer = { areRequired: false, sign: () => undefined, verify: () => 'ok' };
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const PATIENCE_MS = 20_000;

/** How a socket ended: the code of the close frame, `cut` where none came, `refused` where it was never one. */
export type Ending = number | 'cut' | 'refused';

type Fields = Readonly<Record<string, unknown>>;

interface Received {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** One frame of the WebSocket protocol, with a mask of zeros. `length` is what the head claims. */
export function wsFrame(opcode: number, payload: Uint8Array, parts: { fin?: boolean; length?: number } = {}): Buffer {
  const { fin = true, length = payload.length } = parts;
  const head = Buffer.alloc(14);
  head.writeUInt8((fin ? 0x80 : 0) | opcode, 0);
  head.writeUInt8(0x80 | 127, 1);
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** A child of which a test writes every byte, and which answers nothing by itself. */
export class RawChild {
  readonly socket: Socket;
  readonly codec: LinkCodec;
  /** Every message that has come, oldest first, decoded. */
  readonly frames: { readonly type: string }[] = [];
  ending: Ending | undefined;
  #received: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #closeCode: number | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket, codec: LinkCodec) {
    this.socket = socket;
    this.codec = codec;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.ending = this.#isOpen ? (this.#closeCode ?? 'cut') : 'refused';
      this.#wake();
    });
  }

  /** Resolves when the handshake is over, or the socket was refused. */
  static async open(port: number, codec: LinkCodec = 'json'): Promise<RawChild> {
    const child = new RawChild(connect({ host: '127.0.0.1', port }), codec);
    const offer = codec === 'cbor' ? `Sec-WebSocket-Protocol: ${CBOR_SUBPROTOCOL}\r\n` : '';
    child.socket.write(
      `GET /v1/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${offer}\r\n`,
    );
    await child.#until(() => child.#isOpen || child.ending !== undefined, 'a handshake');
    return child;
  }

  /** The same, welcomed. */
  static async attached(port: number, id: string, codec: LinkCodec = 'json'): Promise<RawChild> {
    const child = await RawChild.open(port, codec);
    child.say('hello', helloOf(id));
    await child.next('welcome');
    return child;
  }

  write(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends one message: text on a JSON socket, bytes on a CBOR one. */
  send(data: string | Uint8Array): void {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    this.write(wsFrame(this.codec === 'json' ? OPCODE.text : OPCODE.binary, bytes));
  }

  say(type: string, payload: Fields): void {
    this.send(frameOf(this.codec, type, payload));
  }

  /** The first message of a type that has come, or comes. */
  async next(type: string): Promise<{ readonly type: string }> {
    const find = () => this.frames.find((frame) => frame.type === type);
    await this.#until(() => find() !== undefined || this.ending !== undefined, type);
    const found = find();
    if (found === undefined) throw new Error(`${this.ending} instead of ${type}`);
    return found;
  }

  async ended(): Promise<Ending> {
    await this.#until(() => this.ending !== undefined, 'the end');
    return this.ending ?? 'cut';
  }

  /** Reads nothing from now on. */
  stall(): void {
    this.socket.pause();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #until(condition: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited for ${what}`)), PATIENCE_MS);
      this.#wake = () => {
        if (!condition()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
  }

  #read(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (!this.#isOpen) this.#readHead();
    if (this.#isOpen) for (let frame = this.#take(); frame !== undefined; frame = this.#take()) this.#heard(frame);
    this.#wake();
  }

  #readHead(): void {
    const end = this.#received.indexOf(END_OF_HEAD);
    if (end < 0) return;
    this.#isOpen = this.#received.toString('latin1', 0, 12) === 'HTTP/1.1 101';
    this.#received = this.#received.subarray(end + END_OF_HEAD.length);
  }

  #heard({ opcode, payload }: Received): void {
    if (opcode === OPCODE.close) {
      this.#closeCode = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      this.socket.end();
    }
    if (opcode !== OPCODE.text && opcode !== OPCODE.binary) return;
    const data = opcode === OPCODE.text ? payload.toString() : new Uint8Array(payload);
    const result = createFrameCodec(this.codec, UNSIGNED).decode(data);
    if (result.ok) this.frames.push(result.frame);
  }

  #take(): Received | undefined {
    const bytes = this.#received;
    if (bytes.length < 2) return undefined;
    const short = bytes.readUInt8(1) & 0x7f;
    const headBytes = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < headBytes) return undefined;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < headBytes + length) return undefined;
    this.#received = bytes.subarray(headBytes + length);
    return { opcode: bytes.readUInt8(0) & 0x0f, payload: bytes.subarray(headBytes, headBytes + length) };
  }
}

/** The payload of a hello of this implementation. */
export function helloOf(id: string, parts: Fields = {}): Fields {
  return {
    node_id: id,
    enclave: 'default',
    address: '',
    http_port: 0,
    capabilities: { inbound: 'false' },
    x: { incarnation: 1, instance: `instance of ${id}`.replaceAll(' ', '-'), at: Date.now() },
    ...parts,
  };
}

/** The payload of a write. */
export function writeOf(id: string, key: string): Fields {
  return { type: 'PUT', from: id, timestamp: 1, message_id: `${id}-${key}`, key, data: 'eA==', ttl: 300 };
}

export function frameOf(codec: LinkCodec, type: string, payload: Fields): string | Uint8Array {
  if (codec === 'json') return JSON.stringify({ type, payload });
  return encodeCbor({ t: type, p: encodeCbor(cborOf(payload)) });
}

type Cbor = Parameters<typeof encodeCbor>[0];

/** Text as bytes, as the codec has it. */
function cborOf(value: unknown): Cbor {
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(cborOf);
  return Object.fromEntries(Object.entries(value ?? {}).map(([name, each]) => [name, cborOf(each)]));
}
