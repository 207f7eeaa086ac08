import { WebSocket } from 'ws';
import { Unmet } from '../expect.js';
import { CBOR_SUBPROTOCOL } from '../wire/cbor.js';
import type { FrameForm, WireFrame } from '../wire/frame.js';
import { type JsonObject, nowSeconds, type WireMessage } from '../wire/message.js';
import { FrameSocket, SOCKET_OPTIONS, TREE_PATH } from './frame-socket.js';

export interface ChildOptions {
  readonly url: URL;
  readonly id: string;
  readonly enclave: string;
  readonly form: FrameForm;
  readonly secret?: string;
}

const HANDSHAKE_MS = 5000;

/** Messages sent by all children of this process: no two have one id. */
let sent = 0;

/** Stands in as a node that nobody can dial: attaches to the node under test, and says what a check asks for. */
export class ChildRecorder {
  readonly socket: FrameSocket;
  readonly id: string;
  readonly enclave: string;

  private constructor(options: ChildOptions, socket: FrameSocket) {
    this.id = options.id;
    this.enclave = options.enclave;
    this.socket = socket;
  }

  /** An open socket on which nothing was said yet. Fails where the node takes none. */
  static async dial(options: ChildOptions): Promise<ChildRecorder> {
    const { url, form, secret } = options;
    const protocols = form === 'cbor' ? [CBOR_SUBPROTOCOL] : [];
    const ws = new WebSocket(`ws://${url.host}${TREE_PATH}`, protocols, {
      ...SOCKET_OPTIONS,
      handshakeTimeout: HANDSHAKE_MS,
    });
    const socket = new FrameSocket(ws, { form, ...(secret === undefined ? {} : { secret }) });
    await new Promise<void>((resolve, reject) => {
      ws.once('open', resolve);
      ws.once('error', (error) => reject(new Unmet(`WebSocket at ${url.host}${TREE_PATH}: ${error.message}`)));
    });
    return new ChildRecorder(options, socket);
  }

  /** Says hello in the order of fields that was recorded; `fields` go over them. */
  hello(fields: JsonObject = {}): void {
    const { id: node_id, enclave } = this;
    const capabilities = { inbound: 'false' };
    this.socket.send('hello', { node_id, enclave, address: '192.0.2.1', http_port: 1, capabilities, ...fields });
  }

  /** Says hello and resolves with the welcome. Fails as soon as the socket ends without one. */
  async attach(timeoutMs: number): Promise<WireFrame> {
    this.hello();
    const what = `the welcome of ${this.id}`;
    const refused = this.socket.ended.then(({ code }) => {
      throw new Unmet(`${what}: closed with ${code}`);
    });
    const welcome = this.socket.frames.waitFor(what, 0, timeoutMs, ({ type }) => type === 'welcome');
    // Whichever loses the race is nobody's concern.
    welcome.catch(() => undefined);
    refused.catch(() => undefined);
    return Promise.race([welcome, refused]);
  }

  /** A message from this child: `fields` over type, sender, time and a fresh id. */
  message(type: string, fields: Partial<WireMessage> = {}): WireMessage {
    sent += 1;
    const messageId = `${this.id}-${process.pid}-${Date.now()}-${sent}`;
    return { type, from: this.id, timestamp: nowSeconds(), message_id: messageId, ...fields };
  }

  /** Sends a write up; yields its message id. */
  put(key: string, value: string, ttl = 600): string {
    const message = this.message('PUT', { key, data: Buffer.from(value).toString('base64'), ttl });
    this.socket.send('put', message);
    return message.message_id;
  }

  /** Goes, as a child does. */
  leave(): void {
    this.socket.send('goodbye', { reason: 'leaving', alternative_parents: [] });
    this.socket.close(1000);
  }
}
