import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame, type WireFrame } from '../../../../scripts/live-wire-compat/wire/frame.js';
import { decode, type Fields, infoOf, json, read, send, sendValue } from './fake-parts.js';
import { FakeValues } from './fake-values.js';
import type { Fault } from './faults.js';

export interface FakeTransientOptions {
  readonly id: string;
  readonly enclave: string;
  readonly port: number;
  readonly seeds: readonly string[];
  readonly secret?: string;
  readonly faults: readonly Fault[];
}

interface Write {
  readonly put: Fields;
  readonly acked: Set<string>;
  /** Whether a quorum acknowledged it; called once. */
  readonly ended: (isMet: boolean) => void;
}

const OFFERED = ['repram.tree.0', 'repram.tree.1'];
const QUORUM_MS = 400;
const PAUSE_MS = 100;
const WELCOME_MS = 400;

/** The least that keeps every rule the runner checks on a transient: a double for its tests, not a node. */
export class FakeTransient {
  readonly #options: FakeTransientOptions;
  readonly #server: Server = createServer();
  readonly #values: FakeValues;
  readonly #writes = new Map<string, Write>();
  readonly #known = new Set<string>();
  #alternatives: readonly string[] = [];
  /** The nodes of the own enclave that the welcome named. */
  #named: ReadonlySet<string> = new Set();
  #parent: WebSocket | undefined;
  #isSeeking = false;
  #sequence = 0;

  constructor(options: FakeTransientOptions) {
    this.#options = options;
    this.#values = new FakeValues({ minTtl: 1, breaks: (fault) => this.#breaks(fault) });
    this.#server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    // Who dials this very node is refused, unless it attaches to anybody.
    this.#server.on('upgrade', (_request, socket) => socket.destroy());
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#options.port, '127.0.0.1', resolve));
    void this.#seek();
  }

  #breaks(fault: Fault): boolean {
    return this.#options.faults.includes(fault);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { id, enclave } = this.#options;
    const path = request.url ?? '';
    if (!path.startsWith('/v1/data/'))
      return json(response, { status: 'healthy', node_id: id, network: 'private', enclave });
    const key = decode(path.slice('/v1/data/'.length)) ?? '';
    if (request.method === 'PUT') return this.#put(response, key, (await read(request)) ?? Buffer.alloc(0));
    const value = this.#values.find(key);
    return value === undefined ? send(response, 404, '') : sendValue(response, value, Math.floor);
  }

  async #put(response: ServerResponse, key: string, bytes: Buffer): Promise<void> {
    this.#sequence += 1;
    const messageId = `${key}-${this.#sequence}`;
    this.#values.store(key, bytes, 600);
    const timestamp = Math.floor(Date.now() / 1000);
    const put = { type: 'PUT', from: this.#options.id, timestamp, message_id: messageId, key };
    const isMet = await new Promise<boolean>((ended) => {
      const write = { put: { ...put, data: bytes.toString('base64'), ttl: 600 }, acked: new Set<string>(), ended };
      this.#writes.set(messageId, write);
      if (this.#parent !== undefined) this.#send(this.#parent, 'put', write.put);
      setTimeout(() => ended(false), QUORUM_MS).unref();
    });
    send(response, isMet ? 201 : 202, isMet ? 'OK' : 'Accepted (quorum pending)');
  }

  /** Tries one candidate after another until one is the parent. */
  async #seek(): Promise<void> {
    if (this.#isSeeking) return;
    this.#isSeeking = true;
    let isFound = false;
    while (!isFound) {
      for (const address of [...this.#alternatives, ...this.#known, ...this.#options.seeds]) {
        isFound = await this.#attach(address);
        if (isFound) break;
      }
      if (!isFound) await delay(PAUSE_MS);
    }
    this.#isSeeking = false;
  }

  /** Whether the node there is the parent now. */
  #attach(address: string): Promise<boolean> {
    const isSelf = address === `127.0.0.1:${this.#options.port}`;
    if (isSelf && this.#breaks('attaches-to-itself')) return new Promise(() => undefined);
    const ws = new WebSocket(`ws://${address}/v1/ws`, OFFERED, { perMessageDeflate: false });
    ws.on('upgrade', (answer) => {
      answer.headers['sec-websocket-protocol'] ??= OFFERED[0];
    });
    return new Promise((resolve) => {
      const timer = setTimeout(() => ws.terminate(), WELCOME_MS);
      ws.on('error', () => undefined);
      ws.on('open', () => this.#send(ws, 'hello', this.#hello()));
      ws.on('message', (data: Buffer, isBinary: boolean) => {
        const frame = decodeFrame(isBinary ? data : data.toString(), this.#options.secret);
        if (frame === undefined || !this.#isSigned(frame)) return ws.terminate();
        if (frame.type === 'welcome') this.#welcomed(ws, frame, timer, resolve);
        else this.#heard(ws, frame);
      });
      ws.on('close', () => {
        clearTimeout(timer);
        resolve(false);
        this.#ended(ws);
      });
    });
  }

  #ended(ws: WebSocket): void {
    if (this.#parent !== ws) return;
    this.#parent = undefined;
    if (!this.#breaks('never-returns')) void this.#seek();
  }

  #hello(): Fields {
    const { id, enclave, port } = this.#options;
    const fields = { enclave, address: '127.0.0.1', http_port: port, capabilities: { inbound: 'false' } };
    return this.#breaks('reorders-its-hello') ? { ...fields, node_id: id } : { node_id: id, ...fields };
  }

  #isSigned({ signature }: WireFrame): boolean {
    if (this.#options.secret === undefined || this.#breaks('trusts-impostors')) return true;
    return signature?.printed === true || (signature?.sent === true && !this.#breaks('verifies-printed-only'));
  }

  #welcomed(ws: WebSocket, { payload }: WireFrame, timer: NodeJS.Timeout, resolve: (isFound: boolean) => void): void {
    clearTimeout(timer);
    const topology = Array.isArray(payload['topology']) ? (payload['topology'] as Fields[]) : [];
    const infos = topology.map((sync) => infoOf(sync['node_info'])).filter((info) => info !== undefined);
    this.#named = new Set(infos.map(({ id }) => id));
    const former = this.#parent;
    this.#parent = ws;
    this.#alternatives = [];
    if (!this.#breaks('forgets-unacknowledged'))
      for (const { put } of this.#writes.values()) this.#send(ws, 'put', put);
    former?.close(1000);
    resolve(true);
  }

  #heard(ws: WebSocket, { type, payload, message }: WireFrame): void {
    if (type === 'goodbye' && !this.#breaks('ignores-goodbyes')) this.#redirected(ws, payload['alternative_parents']);
    if (type === 'ack' && message !== undefined) this.#acknowledged(message.message_id, message.from);
    const info = message?.node_info;
    if (type === 'topology_sync' && info !== undefined) this.#known.add(`${info.address}:${info.http_port}`);
    if (type !== 'put' || message?.key === undefined) return;
    this.#values.store(message.key, Buffer.from(message.data ?? '', 'base64'), message.ttl ?? 600);
    if (this.#breaks('sends-down-up')) this.#send(ws, 'put', payload);
  }

  #redirected(ws: WebSocket, named: unknown): void {
    const infos = (Array.isArray(named) ? named : []).map(infoOf).filter((info) => info !== undefined);
    this.#alternatives = infos.map((info) => `${info.address}:${info.http_port}`);
    if (ws !== this.#parent) return ws.terminate();
    if (this.#breaks('closes-before-it-moves')) ws.close(1000);
    // The search that found this parent ends first, where the goodbye came with the welcome.
    else setImmediate(() => void this.#seek());
  }

  #acknowledged(id: string, from: string): void {
    const write = this.#writes.get(id);
    if (write === undefined || (!this.#named.has(from) && !this.#breaks('counts-any-acks'))) return;
    write.acked.add(from);
    const quorum = Math.floor(Math.min(this.#named.size, 3) / 2) + 1;
    if (write.acked.size < quorum) return;
    this.#writes.delete(id);
    write.ended(true);
  }

  #send(ws: WebSocket, type: string, payload: Fields): void {
    const form = ws.protocol === 'repram.tree.1' ? 'cbor' : 'typescript';
    const secret = this.#breaks('signs-no-frames') ? undefined : this.#options.secret;
    ws.send(encodeFrame(form, type, payload, secret), () => undefined);
  }
}
