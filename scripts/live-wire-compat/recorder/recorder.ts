import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer } from '../http/exchange.js';
import { patientExchange } from '../http/patient.js';
import { nowSeconds, parseMessage, parseObject, type WireMessage, type WireNodeInfo } from '../wire/message.js';
import { isSignedBy, SIGNATURE_HEADER, signatureHeaders } from '../wire/signature.js';
import { AddressBook } from './address-book.js';
import { type Conduct, politeConduct } from './conduct.js';
import { Inbox } from './inbox.js';

export interface RecorderOptions {
  readonly id: string;
  readonly enclave: string;
  /** The address it advertises. */
  readonly address: string;
  readonly secret?: string;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Stands in as a peer: takes what nodes send it, answers as its conduct says, and sends what a check asks for. */
export class Recorder {
  readonly inbox: Inbox = new Inbox();
  readonly book: AddressBook = new AddressBook();
  readonly conduct: Conduct = politeConduct();
  readonly info: WireNodeInfo;
  readonly #options: RecorderOptions;
  readonly #server: Server;
  #sent = 0;

  private constructor(options: RecorderOptions, server: Server, port: number) {
    this.#options = options;
    this.#server = server;
    this.info = {
      id: options.id,
      address: options.address,
      port: port + 1 > 65_535 ? port : port + 1,
      http_port: port,
      enclave: options.enclave,
    };
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      this.#serve(incoming, response).catch(() => response.destroy());
    });
  }

  /** Listens on a port of the system's choice. */
  static async open(options: RecorderOptions): Promise<Recorder> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, options.address, resolve);
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('recorder has no port');
    return new Recorder(options, server, bound.port);
  }

  get id(): string {
    return this.info.id;
  }

  /** An id no other message of this run has. */
  nextMessageId(): string {
    this.#sent += 1;
    return `${this.id}-${process.pid}-${Date.now()}-${this.#sent}`;
  }

  /** A message from this recorder: `fields` over type, sender, time and a fresh id. */
  message(type: string, fields: Partial<WireMessage> = {}): WireMessage {
    return { type, from: this.id, timestamp: nowSeconds(), message_id: this.nextMessageId(), ...fields };
  }

  deliver(node: URL, message: WireMessage): Promise<Answer> {
    return this.post(node, '/v1/gossip/message', JSON.stringify(message));
  }

  /** Posts text as it is, signed where there is a secret. */
  post(node: URL, path: string, body: string): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json', ...signatureHeaders(this.#options.secret, body) };
    return patientExchange(node, { method: 'POST', path, headers, body });
  }

  async bootstrap(node: URL): Promise<Answer> {
    const { id, address, port, http_port, enclave } = this.info;
    const request = { node_id: id, address, gossip_port: port, http_port, enclave };
    const answer = await this.post(node, '/v1/bootstrap', JSON.stringify(request));
    if (answer.status === 200) this.book.learnFromBootstrap(parseObject(answer.text));
    return answer;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    if (body === undefined) return answer(response, 413, 'too large');
    const path = incoming.url ?? '/';
    if (incoming.method !== 'POST') return this.#serveGet(path, response);
    const message = path === '/v1/gossip/message' ? parseMessage(body.toString('utf8')) : undefined;
    const status = message === undefined ? 200 : this.conduct.status(message);
    this.#record(incoming, path, body, message);
    if (!this.conduct.answers) return;
    if (path === '/v1/bootstrap') return answer(response, 200, JSON.stringify({ success: true, peers: [this.info] }));
    if (status !== 200) return answer(response, status, 'Rate limit exceeded');
    answer(response, 200, '{"success":true}');
    if (message !== undefined) await this.#react(message);
  }

  #serveGet(path: string, response: ServerResponse): void {
    if (path !== '/v1/health') return answer(response, 404, 'Not found');
    const { id, enclave } = this.info;
    answer(response, 200, JSON.stringify({ status: 'healthy', node_id: id, network: 'private', enclave }));
  }

  #record(incoming: IncomingMessage, path: string, body: Buffer, message: WireMessage | undefined): void {
    const { secret } = this.#options;
    const signature = incoming.headers[SIGNATURE_HEADER];
    const contentType = incoming.headers['content-type'];
    if (message?.node_info !== undefined) this.book.learn(message.node_info);
    this.inbox.add({
      atMs: performance.now(),
      path,
      raw: body.length > 4096 ? '' : body.toString('utf8'),
      ...(message === undefined ? {} : { message }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(secret === undefined ? {} : { signatureValid: isSignedBy(secret, body, String(signature ?? '')) }),
    });
  }

  async #react(message: WireMessage): Promise<void> {
    this.conduct.onMessage(message);
    const node = this.book.find(message.from);
    if (node === undefined) return;
    const { message_id, key } = message;
    const reply =
      message.type === 'PUT' && this.conduct.acknowledges
        ? this.message('ACK', { to: message.from, message_id, ...(key === undefined ? {} : { key }) })
        : message.type === 'PING' && this.conduct.pongs
          ? this.message('PONG', { to: message.from, node_info: this.info })
          : undefined;
    if (reply !== undefined) await this.deliver(node, reply).catch(() => undefined);
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
