import { connect, type Socket } from 'node:net';

/** What a WebSocket client sends to open one, with `headers` besides. */
export function handshake(headers: readonly string[] = [], target = '/v1/ws'): string {
  const lines = [
    'Host: node',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    KEY,
    ...headers,
  ];
  return [`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

const KEY = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';

export interface FrameOptions {
  /** Default true. */
  readonly fin?: boolean;
  /** Default true. */
  readonly masked?: boolean;
  /** Bits 4 to 6 of the first byte. Default 0. */
  readonly reserved?: number;
  /** What it says its length is. Default: what it is. */
  readonly length?: number;
}

/** One frame of RFC 6455 section 5.2. Its mask is zero, so that the payload is on the wire as it is. */
export function frame(opcode: number, payload: Uint8Array, options: FrameOptions = {}): Buffer {
  const { fin = true, masked = true, reserved = 0, length = payload.length } = options;
  const head = Buffer.alloc(10);
  head[0] = (fin ? 0x80 : 0) | reserved | opcode;
  head[1] = (masked ? 0x80 : 0) | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  // Control frames have a short length only.
  const start = opcode >= 8 ? Buffer.of(head[0], (masked ? 0x80 : 0) | length) : head;
  return Buffer.concat([start, Buffer.alloc(masked ? 4 : 0), payload]);
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** A WebSocket on which a test says what it likes. */
export class RawWebSocket {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  readonly #ended: Promise<void>;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    this.#ended = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** Asks for a WebSocket, and sends `more` without waiting for an answer. */
  static open(port: number, headers: readonly string[] = [], more: Uint8Array = Buffer.alloc(0)): RawWebSocket {
    const opened = new RawWebSocket(connect({ host: '127.0.0.1', port }));
    opened.send(Buffer.concat([Buffer.from(handshake(headers)), more]));
    return opened;
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The code in the close frame that came first of all, once the connection has ended; `none` where there was none. */
  async closeCode(): Promise<number | 'none'> {
    await this.#ended;
    const frames = this.#received.subarray(this.#received.indexOf(END_OF_HEAD) + END_OF_HEAD.length);
    return frames[0] === 0x88 && frames.length >= 4 ? frames.readUInt16BE(2) : 'none';
  }
}
