import type { WebSocket } from 'ws';
import { Unmet } from '../expect.js';
import { decodeFrame, encodeFrame, type FrameForm, type WireFrame } from '../wire/frame.js';
import type { JsonObject, WireMessage } from '../wire/message.js';
import { FrameInbox } from './frame-inbox.js';

/** The path of the tree on every node. */
export const TREE_PATH = '/v1/ws';

export const SOCKET_OPTIONS = { perMessageDeflate: false, maxPayload: 64 * 1024 * 1024 } as const;

export interface Closing {
  readonly code: number;
  readonly atMs: number;
}

export interface FrameSocketOptions {
  /** How what is sent is written. */
  readonly form: FrameForm;
  readonly secret?: string;
  /** Called with every frame that was read, after it was written down. */
  readonly onFrame?: (frame: WireFrame) => void;
}

/** One end of a WebSocket of the tree: writes down what comes, and sends what a check asks for. */
export class FrameSocket {
  readonly frames: FrameInbox = new FrameInbox();
  readonly ended: Promise<Closing>;
  readonly #ws: WebSocket;
  readonly #options: FrameSocketOptions;
  #unreadable = 0;
  #closing: Closing | undefined;

  constructor(ws: WebSocket, options: FrameSocketOptions) {
    this.#ws = ws;
    this.#options = options;
    ws.on('message', (data: Buffer, isBinary: boolean) => this.#receive(isBinary ? data : data.toString('utf8')));
    ws.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      ws.on('close', (code: number) => {
        this.#closing = { code, atMs: performance.now() };
        resolve(this.#closing);
      });
    });
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN;
  }

  get closing(): Closing | undefined {
    return this.#closing;
  }

  /** Messages that were no frames. */
  get unreadable(): number {
    return this.#unreadable;
  }

  send(type: string, payload: JsonObject | WireMessage): void {
    const { form, secret } = this.#options;
    this.sendRaw(encodeFrame(form, type, { ...payload }, secret));
  }

  /** Sends a WebSocket message as it is. One that cannot be sent is dropped: the socket has ended then. */
  sendRaw(data: string | Uint8Array): void {
    this.#ws.send(data, () => undefined);
  }

  /** Resolves when a WebSocket ping has been answered. */
  async pinged(timeoutMs: number): Promise<void> {
    const answered = new Promise<void>((resolve) => this.#ws.once('pong', () => resolve()));
    this.#ws.ping(undefined, undefined, () => undefined);
    await within('the answer to a WebSocket ping', timeoutMs, answered);
  }

  /** How the socket ended; fails where it does not within the time. */
  async untilEnded(what: string, timeoutMs: number): Promise<Closing> {
    return within(`the end of the socket ${what}`, timeoutMs, this.ended);
  }

  close(code: number): void {
    this.#ws.close(code);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  #receive(data: string | Uint8Array): void {
    const frame = decodeFrame(data, this.#options.secret);
    if (frame === undefined) {
      this.#unreadable += 1;
      return;
    }
    this.frames.add(frame);
    this.#options.onFrame?.(frame);
  }
}

async function within<T>(what: string, timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unmet(`${what}: not within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
