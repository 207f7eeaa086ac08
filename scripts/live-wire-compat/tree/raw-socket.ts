import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { hostOf } from '../http/exchange.js';
import { TREE_PATH } from './frame-socket.js';

const MAX_KEPT_BYTES = 64 * 1024;

export interface RawFrame {
  readonly opcode: number;
  readonly payload: Uint8Array | string;
  /** What the header says, where that is not the truth. */
  readonly claimedLength?: number;
  readonly isMasked?: boolean;
  /** The reserved bits, as they stand in the first byte. */
  readonly reserved?: number;
}

/** A WebSocket frame of a client, byte by byte (RFC 6455 section 5.2): masked with zeros unless told otherwise. */
export function rawFrame({ opcode, payload, claimedLength, isMasked = true, reserved = 0 }: RawFrame): Buffer {
  const body = Buffer.from(payload);
  const length = claimedLength ?? body.length;
  const head = Buffer.alloc(10);
  head[0] = 0x80 | reserved | opcode;
  head[1] = 127 | (isMasked ? 0x80 : 0);
  head.writeBigUInt64BE(BigInt(length), 2);
  const short = length < 126 ? Buffer.from([head[0], (head[1] & 0x80) | length]) : head;
  return Buffer.concat([short, Buffer.alloc(isMasked ? 4 : 0), body]);
}

/** A WebSocket without a library between the check and the bytes. */
export class RawSocket {
  readonly #socket: Socket;
  #received = '';
  #hasEnded = false;
  #changed: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => {
      if (this.#received.length < MAX_KEPT_BYTES) this.#received += chunk.toString('latin1');
      this.#changed();
    });
    socket.on('error', () => undefined);
    socket.on('end', () => this.#end());
    socket.on('close', () => this.#end());
  }

  /** Asks for the upgrade. Whether it was granted is in `received`. */
  static open(node: URL, headers: readonly string[] = []): RawSocket {
    const raw = new RawSocket(connect({ host: hostOf(node), port: Number(node.port || 80) }));
    raw.write(
      [
        `GET ${TREE_PATH} HTTP/1.1`,
        `Host: ${node.host}`,
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
        'Sec-WebSocket-Version: 13',
        ...headers,
        '\r\n',
      ].join('\r\n'),
    );
    return raw;
  }

  get received(): string {
    return this.#received;
  }

  write(bytes: Uint8Array | string): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  /** Whether `text` has come within the time. */
  async hasReceived(text: string, timeoutMs: number): Promise<boolean> {
    await this.#until(() => this.#received.includes(text) || this.#hasEnded, timeoutMs);
    return this.#received.includes(text);
  }

  /** Whether the node has ended the connection within the time. */
  async hasEnded(timeoutMs: number): Promise<boolean> {
    await this.#until(() => this.#hasEnded, timeoutMs);
    return this.#hasEnded;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#changed();
  }

  #until(isReached: () => boolean, timeoutMs: number): Promise<void> {
    if (isReached()) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#changed = () => undefined;
        resolve();
      };
      const timer = setTimeout(finish, timeoutMs);
      this.#changed = () => {
        if (isReached()) finish();
      };
    });
  }
}
