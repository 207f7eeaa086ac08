import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { Unmet } from '../expect.js';
import { eventually } from '../wait.js';
import type { FrameForm, WireFrame } from '../wire/frame.js';
import { nowSeconds, type WireMessage, type WireNodeInfo } from '../wire/message.js';
import { FrameSocket, SOCKET_OPTIONS, TREE_PATH } from './frame-socket.js';

export interface ParentOptions {
  readonly id: string;
  readonly enclave: string;
  readonly form: FrameForm;
  readonly secret?: string;
  /** The subprotocol it selects, where the child offers it. */
  readonly selects?: string;
}

/** How a recorder behaves as a parent; changed by checks while it runs. */
export interface ParentConduct {
  /** What it answers to a hello. */
  answer: 'welcome' | 'goodbye' | 'nothing';
  /** Whom a goodbye names. */
  alternatives: readonly WireNodeInfo[];
  /** Whom a welcome names besides itself. */
  others: readonly WireNodeInfo[];
  /** Who acknowledges a write, by id. */
  acknowledges: (message: WireMessage) => readonly string[];
}

/** One socket that a node has opened. */
export interface Visit {
  readonly socket: FrameSocket;
  /** The subprotocols offered. */
  readonly offered: readonly string[];
  readonly atMs: number;
}

const ADDRESS = '127.0.0.1';
const REFUSAL_LINGER_MS = 500;

/** Stands in as a node that can be dialled: takes the node under test as its child, and writes down what it says. */
export class ParentRecorder {
  readonly info: WireNodeInfo;
  readonly conduct: ParentConduct;
  /** In the order in which they were opened. Bounded by how often the node comes while a check runs. */
  readonly visits: Visit[] = [];
  readonly #options: ParentOptions;
  readonly #server: Server;
  readonly #sockets: WebSocketServer;

  private constructor(options: ParentOptions, server: Server, port: number) {
    const { id, enclave, selects } = options;
    this.#options = options;
    this.#server = server;
    this.info = { id, address: ADDRESS, port, http_port: port, enclave };
    this.conduct = { answer: 'welcome', alternatives: [], others: [], acknowledges: () => [id] };
    this.#sockets = new WebSocketServer({
      ...SOCKET_OPTIONS,
      noServer: true,
      handleProtocols: (offered) => (selects !== undefined && offered.has(selects) ? selects : false),
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#serve(request, response));
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.on('error', () => undefined);
      if (request.url?.split('?')[0] !== TREE_PATH) socket.destroy();
      else this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#visited(ws, request));
    });
  }

  /** Listens on `port`, by default one of the system's choice. */
  static async open(options: ParentOptions, port = 0): Promise<ParentRecorder> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, ADDRESS, resolve);
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('recorder has no port');
    return new ParentRecorder(options, server, bound.port);
  }

  get id(): string {
    return this.info.id;
  }

  get endpoint(): string {
    return `${ADDRESS}:${this.info.http_port}`;
  }

  /** The visit with this number, the first being 0, once it has said hello. */
  async visit(number: number, timeoutMs: number): Promise<Visit & { readonly hello: WireFrame }> {
    const what = `socket ${number + 1} at ${this.id}`;
    const { value } = await eventually(what, { timeoutMs, everyMs: 5 }, async () => this.visits[number]);
    const hello = await value.socket.frames.waitFor(`a frame on ${what}`, 0, timeoutMs, () => true);
    if (hello.type !== 'hello') throw new Unmet(`the first frame on ${what} is ${JSON.stringify(hello.type)}`);
    return { ...value, hello };
  }

  /** A message from this parent: `fields` over type, sender, time and id. */
  message(type: string, messageId: string, fields: Partial<WireMessage> = {}): WireMessage {
    return { type, from: this.id, timestamp: nowSeconds(), message_id: messageId, ...fields };
  }

  goodbye(socket: FrameSocket, reason: string): void {
    const alternatives = this.conduct.alternatives.map(({ id, address, http_port, enclave }) => {
      return { id, address, http_port, enclave };
    });
    socket.send('goodbye', { reason, alternative_parents: alternatives });
  }

  /** Cuts every socket, and listens no more. */
  async close(): Promise<void> {
    for (const { socket } of this.visits) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #visited(ws: WebSocket, request: IncomingMessage): void {
    const { form, secret } = this.#options;
    const socket: FrameSocket = new FrameSocket(ws, {
      form,
      ...(secret === undefined ? {} : { secret }),
      onFrame: (frame) => this.#react(socket, frame),
    });
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(/, */).filter((name) => name !== '');
    this.visits.push({ socket, offered, atMs: performance.now() });
  }

  #react(socket: FrameSocket, { type, message }: WireFrame): void {
    if (type === 'hello') this.#answerHello(socket);
    if (type !== 'put' || message === undefined) return;
    const { message_id: id, key = '' } = message;
    for (const from of this.conduct.acknowledges(message)) {
      socket.send('ack', this.message('ACK', id, { from, to: message.from, key }));
    }
  }

  #answerHello(socket: FrameSocket): void {
    const { answer, others } = this.conduct;
    if (answer === 'goodbye') {
      this.goodbye(socket, 'at capacity');
      setTimeout(() => socket.close(1000), REFUSAL_LINGER_MS).unref();
    }
    if (answer !== 'welcome') return;
    const topology = [...others, this.info].map((info) => this.message('SYNC', '', { node_info: info }));
    socket.send('welcome', { topology, your_position: { depth: 1, parent_id: this.id } });
  }

  /** What a node may ask before it dials: who this is, and to join. */
  #serve(request: IncomingMessage, response: ServerResponse): void {
    request.resume();
    const { id, enclave } = this.info;
    const bodies: Readonly<Record<string, unknown>> = {
      '/v1/health': { status: 'healthy', node_id: id, network: 'private', enclave },
      '/v1/bootstrap': { success: true, peers: [...this.conduct.others, this.info] },
      '/v1/gossip/message': { success: true },
    };
    const body = bodies[request.url ?? ''];
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }
}
