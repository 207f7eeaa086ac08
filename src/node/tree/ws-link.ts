import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Log } from '../../gossip/ports/log.js';
import { CLOSE, type CloseCode, type Link, type LinkCodec } from '../../tree/ports/link.js';
import { MAX_FRAME_BYTES } from '../../tree/wire/codec.js';

/** How long the closing handshake may take before the socket is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

/** Most bytes of the reason in a close frame (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

/** What the WebSockets of both ends have in common. Of a frame that is longer, nothing is kept: 1009. */
export const WS_OPTIONS: Readonly<{ perMessageDeflate: false; maxPayload: number; closeTimeout: number }> = {
  perMessageDeflate: false,
  maxPayload: MAX_FRAME_BYTES,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

/** What a link tells whoever looks after all of them. */
export interface LinkKeeper {
  readonly log: Log;
  /** Bytes came in; `held`: as many are kept at most of a message that is not complete. Control frames count. */
  read(link: WsLink, held: number): void;
  /** The other end did what no honest one does. */
  fault(): void;
  /** What was to take in a message or an event threw. */
  failed(): void;
  closed(link: WsLink): void;
}

export interface WsLinkParts {
  readonly ws: WebSocket;
  /** The connection under it. */
  readonly socket: Socket;
  readonly codec: LinkCodec;
  readonly remote: string;
  /** What had come in over the connection before the first frame. */
  readonly bytesBefore: number;
  /** Most bytes that may come in until the first message is complete. */
  readonly maxFirstBytes: number;
}

/**
 * A link over a WebSocket that is open. Events begin in the next turn of the event loop: whoever gets the link has until
 * then to set its handlers. A message that nobody wants is dropped, and after `terminate` there is none. A message of
 * the kind that does not belong on the link ends it (1008).
 */
export class WsLink implements Link {
  readonly codec: LinkCodec;
  readonly remote: string;
  onMessage: ((data: string | Uint8Array) => void) | undefined;
  onPong: (() => void) | undefined;
  onClose: ((code: number) => void) | undefined;
  readonly #keeper: LinkKeeper;
  readonly #ws: WebSocket;
  readonly #socket: Socket;
  readonly #bytesBefore: number;
  readonly #maxFirstBytes: number;
  #hasHeard = false;
  #isComplete = false;
  #isDeaf = false;
  #held = 0;

  constructor(keeper: LinkKeeper, { ws, socket, codec, remote, bytesBefore, maxFirstBytes }: WsLinkParts) {
    this.#keeper = keeper;
    this.#ws = ws;
    this.#socket = socket;
    this.codec = codec;
    this.remote = remote;
    this.#maxFirstBytes = maxFirstBytes;
    this.#bytesBefore = bytesBefore;
    ws.pause();
    setImmediate(() => ws.resume());
    ws.on('error', () => keeper.fault());
    ws.on('message', (data: Buffer, isBinary) => this.#receive(data, isBinary));
    ws.on('pong', () => this.#tell(() => this.onPong?.()));
    ws.on('close', (code) => this.#ended(code));
    // After the listener of the WebSocket: what has come is in its hands, and complete messages have been delivered.
    socket.on('data', this.#read);
  }

  get bytesReceived(): number {
    return this.#socket.bytesRead - this.#bytesBefore;
  }

  get bytesQueued(): number {
    return this.#ws.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    // As bytes, so that what is queued is counted in bytes.
    if (typeof data === 'string') this.#ws.send(Buffer.from(data), { binary: false });
    else this.#ws.send(data);
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
  }

  close(code: CloseCode, reason: string): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.close(code, fitting(reason));
  }

  terminate(): void {
    this.#isDeaf = true;
    this.#ws.terminate();
  }

  readonly #read = (chunk: Buffer): void => {
    this.#held = this.#isComplete ? 0 : this.#held + chunk.length;
    this.#isComplete = false;
    this.#keeper.read(this, this.#held);
    if (this.#isDeaf || this.#hasHeard || this.bytesReceived <= this.#maxFirstBytes) return;
    this.#refuse(CLOSE.tooBig, 'first message too long');
    this.#ws.pause();
  };

  #receive(data: Buffer, isBinary: boolean): void {
    this.#hasHeard = true;
    this.#isComplete = true;
    if (this.#isDeaf) return;
    if (isBinary !== (this.codec === 'cbor')) return this.#refuse(CLOSE.policy, 'wrong kind of message');
    this.#tell(() => this.onMessage?.(isBinary ? owned(data) : data.toString()));
  }

  /** Takes in no message any more, and says why. */
  #refuse(code: CloseCode, reason: string): void {
    this.#isDeaf = true;
    this.#keeper.fault();
    this.close(code, reason);
  }

  #ended(code: number): void {
    this.#isDeaf = true;
    this.#socket.removeListener('data', this.#read);
    this.#held = 0;
    this.#keeper.closed(this);
    this.#tell(() => this.onClose?.(code));
  }

  /** What goes wrong in a handler costs this link, not the process. */
  #tell(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#keeper.log.error('an event of a link could not be handled', { remote: this.remote, reason });
      this.#keeper.failed();
      this.terminate();
    }
  }
}

/** The bytes in memory of their own: a small message is a view of all that came in with it. */
function owned(data: Buffer): Uint8Array {
  return data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data);
}

/** As much of a reason as fits into a close frame. */
function fitting(reason: string): string {
  let text = reason.slice(0, MAX_REASON_BYTES);
  while (Buffer.byteLength(text) > MAX_REASON_BYTES) text = text.slice(0, -1);
  return text;
}
