import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  decode,
  type Fields,
  type Info,
  infoOf,
  json,
  METRICS,
  parse,
  positiveInteger,
  preflight,
  read,
  refuse,
  send,
  sendValue,
} from './fake-parts.js';
import { FakeTree } from './fake-tree.js';
import { FakeValues } from './fake-values.js';
import type { Fault } from './faults.js';

export interface FakeOptions {
  readonly id: string;
  readonly enclave?: string;
  readonly secret?: string;
  readonly port?: number;
  readonly minTtl?: number;
  readonly maxChildren?: number;
  readonly writeTimeoutMs?: number;
  readonly pingMs?: number;
  /** Requests in all that are served before every second one is answered 429. */
  readonly servedFreely?: number;
  readonly faults?: readonly Fault[];
}

const MAX_VALUE = 10 * 1024 * 1024;
const STRIKES = 3;

/** The least that keeps every rule the runner checks: a double for its tests, not a node. */
export class FakeNode {
  readonly #options: FakeOptions;
  readonly #faults: ReadonlySet<Fault>;
  readonly #server: Server;
  readonly #peers = new Map<string, Info>();
  readonly #strikes = new Map<string, number>();
  readonly #values: FakeValues;
  readonly #tree: FakeTree;
  readonly #seen = new Set<string>();
  readonly #answered = new Set<string>();
  readonly #waiting = new Map<string, (from: string) => void>();
  #pinger: NodeJS.Timeout | undefined;
  #sequence = 0;
  #served = 0;

  private constructor(options: FakeOptions, server: Server) {
    this.#options = options;
    this.#faults = new Set(options.faults);
    this.#server = server;
    const { secret, minTtl = 1, maxChildren = 100 } = options;
    const breaks = (fault: Fault): boolean => this.#breaks(fault);
    this.#values = new FakeValues({ minTtl, breaks });
    this.#tree = new FakeTree({
      ...(secret !== undefined && { secret }),
      maxChildren,
      info: () => this.#info,
      peers: () => [...this.#peers.values()],
      breaks,
      take: (fields, id) => this.#take(fields, id),
      forward: (enclave, fields) => this.#forward(enclave, fields),
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    server.on('clientError', (_error, socket) => {
      if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
    server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => undefined);
      if (request.url === '/v1/ws') return this.#tree.upgrade(request, socket, head);
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
    server.on('connect', (_request, socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 405 Method Not Allowed\r\nAllow: GET\r\nConnection: close\r\n\r\n');
    });
  }

  static async start(options: FakeOptions): Promise<FakeNode> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
    const node = new FakeNode(options, server);
    node.#pinger = setInterval(() => node.#pingAll(), options.pingMs ?? 1000);
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async bootstrap(seeds: readonly string[]): Promise<void> {
    for (const seed of seeds) {
      const { id, address, port, http_port, enclave } = this.#info;
      const request = { node_id: id, address, gossip_port: port, http_port, enclave };
      const answer = await this.#post(`http://${seed}`, '/v1/bootstrap', request).catch(() => undefined);
      if (answer?.status !== 200) continue;
      const { peers } = (await answer.json()) as { peers: Info[] };
      for (const peer of peers) this.#learn(peer);
      // A careless node that looks for more peers than there are: what starts a storm.
      if (this.#breaks('answers-syncs-for-ever')) this.#sendToAll('SYNC', { node_info: this.#info });
      return;
    }
  }

  /** Takes leave of its children. */
  leave(): Promise<void> {
    return this.#tree.leave();
  }

  async close(): Promise<void> {
    clearInterval(this.#pinger);
    this.#tree.close();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  get #info(): Info {
    const port = this.#port;
    const enclave = this.#options.enclave ?? 'default';
    return { id: this.#options.id, address: '127.0.0.1', port, http_port: port, enclave };
  }

  #breaks(fault: Fault): boolean {
    return this.#faults.has(fault);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#breaks('no-security-headers')) {
      response.setHeader('X-Content-Type-Options', 'nosniff');
      response.setHeader('X-Frame-Options', 'DENY');
      response.setHeader('Referrer-Policy', 'no-referrer');
      response.setHeader('Content-Security-Policy', "default-src 'self'");
    }
    response.setHeader('X-REPRAM-Node', 'fake');
    this.#served += 1;
    const isOver = this.#served > (this.#options.servedFreely ?? Number.POSITIVE_INFINITY);
    if (isOver && this.#served % 2 === 0)
      return send(response, 429, this.#breaks('mumbles-429') ? 'busy' : 'Rate limit exceeded');
    const { origin } = request.headers;
    if (origin !== undefined && !this.#breaks('echoes-no-origin'))
      response.setHeader('Access-Control-Allow-Origin', origin);
    const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
    const parameters = new URLSearchParams(query);
    if (request.method === 'OPTIONS') return preflight(response);
    if (path.startsWith('/v1/data/')) return this.#data(request, response, path.slice('/v1/data/'.length), parameters);
    if (path === '/v1/gossip/message' || path === '/v1/bootstrap') return this.#gossip(request, response, path);
    if (!['/v1/health', '/v1/status', '/v1/topology', '/v1/keys', '/v1/metrics'].includes(path)) {
      return send(response, 404, 'Not found');
    }
    if (request.method !== 'GET') return refuse(response, 'GET');
    return this.#control(response, path, parameters);
  }

  #control(response: ServerResponse, path: string, parameters: URLSearchParams): void {
    const { id, enclave } = this.#info;
    const state = { status: 'healthy', node_id: id, network: 'private', enclave };
    const peers = [...this.#peers.values()];
    if (path === '/v1/health') return json(response, state);
    if (path === '/v1/status') return json(response, { ...state, uptime: '1s', memory: { rss: 1 } });
    if (path === '/v1/keys') return json(response, this.#values.list(parameters));
    if (path === '/v1/topology') {
      const children = this.#breaks('lists-children') ? this.#tree.children.map((child) => ({ id: child })) : [];
      const listed = this.#breaks('lists-itself') ? [...peers, this.#info] : [...peers, ...children];
      return json(response, { node_id: id, enclave, peers: listed });
    }
    send(response, 200, METRICS);
  }

  async #data(
    request: IncomingMessage,
    response: ServerResponse,
    raw: string,
    parameters: URLSearchParams,
  ): Promise<void> {
    const key = decode(raw);
    if (key === undefined && this.#breaks('crashes-on-bad-percent')) {
      this.#server.closeAllConnections();
      this.#server.close();
      return;
    }
    if (key === undefined || key === '') return send(response, 400, 'Invalid key');
    if (request.method === 'PUT') return this.#put(request, response, key, parameters);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 'GET, HEAD, PUT, OPTIONS');
    const value = this.#values.find(key);
    if (value === undefined) return send(response, 404, '');
    sendValue(response, value, this.#breaks('ceils-remaining-ttl') ? Math.ceil : Math.floor);
  }

  async #put(
    request: IncomingMessage,
    response: ServerResponse,
    key: string,
    parameters: URLSearchParams,
  ): Promise<void> {
    if (Number(request.headers['content-length']) > MAX_VALUE) return send(response, 413, 'too large');
    const bytes = await read(request);
    if (bytes === undefined || bytes.length > MAX_VALUE) return send(response, 413, 'too large');
    const [query, header] = [parameters.get('ttl'), request.headers['x-ttl']?.toString() ?? null];
    const asked = this.#breaks('prefers-ttl-header') ? (header ?? query) : (query ?? header);
    const ttl = this.#values.clamp(positiveInteger(asked) ?? 3600);
    this.#sequence += 1;
    const id = `${key}-${Date.now()}-${this.#sequence}`;
    this.#seen.add(id);
    this.#values.store(key, bytes, ttl);
    const fields = { key, data: bytes.toString('base64'), ttl };
    if (!this.#breaks('forgets-its-children')) this.#spread(fields, id);
    const met = await this.#replicate(id, fields);
    send(response, met ? 201 : 202, met ? 'OK' : 'Accepted (quorum pending)');
  }

  async #replicate(id: string, fields: Fields): Promise<boolean> {
    const same = (peer: Info): boolean => peer.enclave === this.#info.enclave || this.#breaks('ignores-enclaves');
    const members = [...this.#peers.values()].filter(same);
    const needed = Math.floor(Math.min(members.length + 1, 3) / 2) + 1;
    const quorum = new Promise<boolean>((resolve) => {
      const holders = new Set([this.#info.id]);
      const count = (from: string): void => {
        if (members.some((member) => member.id === from) || this.#breaks('counts-strangers-acks')) holders.add(from);
        if (holders.size >= needed || this.#breaks('quorum-always')) resolve(true);
      };
      this.#waiting.set(id, count);
      count(this.#info.id);
      setTimeout(() => resolve(false), this.#options.writeTimeoutMs ?? 400).unref();
    });
    for (const member of members) this.#send(member, 'PUT', { ...fields, message_id: id });
    const met = await quorum;
    this.#waiting.delete(id);
    return met;
  }

  async #gossip(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== 'POST') return refuse(response, 'POST');
    const body = await read(request);
    if (body === undefined) return send(response, 413, 'too large');
    const refusal = this.#refusal(body, request.headers['x-repram-signature']?.toString());
    if (refusal !== undefined) return send(response, 403, refusal);
    const fields = parse(body);
    if (fields === undefined) return send(response, this.#breaks('takes-garbage') ? 200 : 400, 'Invalid JSON');
    if (path === '/v1/bootstrap') return this.#join(response, fields);
    const unknown = Object.keys(fields).some((name) => name.startsWith('zz'));
    if (unknown && this.#breaks('rejects-unknown-fields')) return send(response, 400, 'Invalid JSON');
    const known = ['PUT', 'GET', 'PING', 'PONG', 'SYNC', 'ACK'].includes(String(fields['type']));
    if (!known && this.#breaks('rejects-unknown-types')) return send(response, 400, 'Unknown type');
    json(response, { success: true });
    this.#receive(fields);
  }

  #refusal(body: Buffer, signature: string | undefined): string | undefined {
    const { secret } = this.#options;
    if (secret === undefined) return undefined;
    if (signature === undefined) return this.#breaks('takes-unsigned') ? undefined : 'Missing signature';
    const right = signature === createHmac('sha256', secret).update(body).digest('hex');
    return right || this.#breaks('takes-any-signature') ? undefined : 'Invalid signature';
  }

  #join(response: ServerResponse, fields: Fields): void {
    const { node_id: id, gossip_port: port, ...rest } = fields;
    const joiner = infoOf({ ...rest, id, port });
    if (joiner === undefined) return send(response, 400, 'Invalid request');
    this.#learn(joiner);
    for (const peer of this.#peers.values()) {
      if (peer.id !== joiner.id) this.#send(peer, 'SYNC', { node_info: joiner });
    }
    const others = [...this.#peers.values()];
    json(response, {
      success: true,
      peers: this.#breaks('forgets-itself-in-bootstrap') ? others : [...others, this.#info],
    });
  }

  #receive(fields: Fields): void {
    const { type, from, message_id: id } = fields;
    if (typeof from !== 'string' || typeof id !== 'string') return;
    const peer = this.#peers.get(from);
    if (type === 'PUT')
      this.#receivePut(fields, peer ?? (this.#breaks('acks-strangers') ? this.#anyPeer() : undefined), id);
    if (type === 'ACK') {
      this.#waiting.get(id)?.(from);
      this.#tree.acknowledged(fields, id);
    }
    if (type === 'PONG') this.#strikes.delete(from);
    const pinger = peer ?? (this.#breaks('answers-ping-of-strangers') ? this.#anyPeer() : undefined);
    if (type === 'PING' && pinger) this.#send(pinger, 'PONG', { to: from, node_info: this.#info });
    if (type === 'SYNC') this.#receiveSync(fields, from);
  }

  #anyPeer(): Info | undefined {
    return this.#peers.values().next().value;
  }

  /** Stores a write that came under this id; false where it is none, or was there already. */
  #take(fields: Fields, id: string): boolean {
    const { key, data, ttl } = fields;
    const isFresh = !this.#seen.has(id) || this.#breaks('applies-duplicates');
    if (typeof key !== 'string' || key === '' || key.length > 1024 || !isFresh) return false;
    if (data !== undefined && typeof data !== 'string') return false;
    this.#seen.add(id);
    const seconds = this.#values.clamp(typeof ttl === 'number' && ttl > 0 ? ttl : 3600);
    this.#values.store(key, Buffer.from(data ?? '', 'base64'), seconds);
    return true;
  }

  #spread(fields: Fields, id: string): void {
    this.#tree.spread(
      { type: 'PUT', from: this.#info.id, timestamp: 1, ...fields, message_id: id },
      this.#info.enclave,
    );
  }

  #forward(enclave: string, fields: Fields): void {
    for (const peer of this.#peers.values()) {
      if (peer.enclave === enclave) this.#send(peer, 'PUT', fields);
    }
  }

  #receivePut(fields: Fields, sender: Info | undefined, id: string): void {
    const { key, data, ttl, from, timestamp } = fields;
    if (!this.#take(fields, id)) return;
    this.#spread({ key, data, ttl, from, timestamp }, id);
    if (sender !== undefined && !this.#breaks('never-acks')) {
      this.#send(sender, 'ACK', { to: fields['from'], key, message_id: id });
    }
    if (!this.#breaks('forwards-writes')) return;
    for (const peer of this.#peers.values()) {
      if (peer.id !== fields['from']) this.#send(peer, 'PUT', { key, data, ttl, message_id: id });
    }
  }

  #receiveSync(fields: Fields, from: string): void {
    const info = infoOf(fields['node_info']);
    if (info === undefined) return;
    const isHearsay = info.id !== from;
    if (isHearsay && this.#breaks('ignores-hearsay')) return;
    this.#learn(info);
    const asker = this.#peers.get(from);
    if (asker === undefined || (isHearsay && !this.#breaks('answers-hearsay'))) return;
    if (this.#answered.has(from) && !this.#breaks('answers-syncs-for-ever') && !isHearsay) return;
    this.#answered.add(from);
    for (const known of [...this.#peers.values(), this.#info]) {
      if (known.id !== from) this.#send(asker, 'SYNC', { node_info: known });
    }
  }

  #learn(info: Info): void {
    if (info.id === this.#info.id) return;
    if (!this.#peers.has(info.id)) this.#tree.joined(info);
    this.#peers.set(info.id, info);
  }

  #pingAll(): void {
    for (const peer of this.#peers.values()) {
      this.#send(peer, 'PING', { to: peer.id }, () => {
        const strikes = (this.#strikes.get(peer.id) ?? 0) + 1;
        this.#strikes.set(peer.id, strikes);
        if (this.#breaks('speaks-newer-types')) this.#sendToAll('NEWS', { x: { news: [] } });
        if (strikes >= STRIKES && !this.#breaks('evicts-never')) this.#peers.delete(peer.id);
      });
    }
  }

  #sendToAll(type: string, fields: Fields): void {
    for (const peer of this.#peers.values()) this.#send(peer, type, fields);
  }

  #send(peer: Info, type: string, fields: Fields, failed: () => void = () => undefined, attempt = 1): void {
    this.#sequence += 1;
    const fresh = { message_id: `${this.#info.id}-${this.#sequence}`, timestamp: Math.floor(Date.now() / 1000) };
    const message = { type, from: this.#info.id, ...fresh, ...fields };
    this.#post(`http://${peer.address}:${peer.http_port}`, '/v1/gossip/message', message).then(({ status }) => {
      const isBusy = (status === 429 || status === 503) && attempt < 5 && !this.#breaks('gives-up-on-429');
      if (isBusy) setTimeout(() => this.#send(peer, type, fields, failed, attempt + 1), 20 * attempt).unref();
    }, failed);
  }

  async #post(base: string, path: string, content: unknown): Promise<Response> {
    const body = JSON.stringify(content);
    const { secret } = this.#options;
    const headers = new Headers({ 'Content-Type': 'application/json' });
    if (secret !== undefined && !this.#breaks('signs-nothing')) {
      headers.set('X-Repram-Signature', createHmac('sha256', secret).update(body).digest('hex'));
    }
    const answer = await fetch(`${base}${path}`, { method: 'POST', headers, body, signal: AbortSignal.timeout(5000) });
    if (path !== '/v1/bootstrap') await answer.arrayBuffer();
    return answer;
  }
}
