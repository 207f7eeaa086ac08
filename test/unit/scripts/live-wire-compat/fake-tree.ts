import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeFrame, encodeFrame, type WireFrame } from '../../../../scripts/live-wire-compat/wire/frame.js';
import type { Fields, Info } from './fake-parts.js';
import type { Fault } from './faults.js';

export interface TreeHost {
  readonly secret?: string;
  readonly maxChildren: number;
  info(): Info;
  peers(): readonly Info[];
  breaks(fault: Fault): boolean;
  /** Stores a write; false where it is none, or was there already. */
  take(fields: Fields, id: string): boolean;
  /** Posts a write to the members of an enclave. */
  forward(enclave: string, fields: Fields): void;
}

interface Child {
  readonly id: string;
  readonly enclave: string;
}

const SUBPROTOCOL = 'repram.tree.1';
/** Longer than the runner is told to wait for an answer, so that no socket is ended for silence in place of what it says. */
const HELLO_MS = 2000;
const SILENCE_MS = 2500;
const LINGER_MS = 20;
const MAX_ALTERNATIVES = 5;
const MAX_FRAME = 24 * 1024 * 1024;

/** The substrate side of the tree, as far as the runner looks at it. */
export class FakeTree {
  readonly #host: TreeHost;
  readonly #server: WebSocketServer;
  readonly #children = new Map<WebSocket, Child>();
  #places = 0;
  readonly #writers = new Map<string, WebSocket>();

  constructor(host: TreeHost) {
    this.#host = host;
    const options = {
      noServer: true,
      perMessageDeflate: false,
      closeTimeout: 100,
      maxPayload: host.breaks('takes-large-frames') ? 0 : MAX_FRAME,
      handleProtocols: (offered: Set<string>): string | false => this.#select(offered),
    };
    this.#server = new WebSocketServer(options);
  }

  get children(): readonly string[] {
    return [...this.#children.values()].map(({ id }) => id);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => this.#opened(ws, socket));
  }

  /** Sends a write down to the children of an enclave. */
  spread(put: Fields, enclave: string, origin?: WebSocket): void {
    for (const [ws, child] of this.#children) {
      const isOrigin = ws === origin && !this.#host.breaks('echoes-child-writes');
      if (!isOrigin && (child.enclave === enclave || this.#host.breaks('ignores-child-enclaves')))
        this.#send(ws, 'put', put);
    }
  }

  /** An ACK for a write that may have been a child's. */
  acknowledged(ack: Fields, id: string): void {
    const ws = this.#writers.get(id);
    if (ws !== undefined) this.#send(ws, 'ack', { ...ack, to: this.#children.get(ws)?.id });
  }

  joined(info: Info): void {
    if (this.#host.breaks('tells-children-nothing')) return;
    for (const ws of this.#children.keys()) this.#send(ws, 'topology_sync', this.#message('SYNC', { node_info: info }));
  }

  /** Says goodbye to all, and closes their sockets a moment later. */
  async leave(): Promise<void> {
    if (this.#host.breaks('leaves-silently')) return this.close();
    const sockets = [...this.#children].map(([ws, { enclave }]) => {
      this.#send(ws, 'goodbye', this.#goodbye('shutdown', enclave));
      return ws;
    });
    if (this.#host.breaks('loses-last-words')) this.#children.clear();
    // The time a node of the field leaves its children to move.
    await delay(10 * LINGER_MS);
    await Promise.all(sockets.map(closed));
  }

  close(): void {
    for (const ws of this.#server.clients) ws.terminate();
  }

  #select(offered: Set<string>): string | false {
    if (this.#host.breaks('selects-any-subprotocol')) return [...offered][0] ?? false;
    return offered.has(SUBPROTOCOL) && SUBPROTOCOL;
  }

  #opened(ws: WebSocket, socket: Duplex): void {
    const waits = this.#host.breaks('waits-for-ever');
    let heardMs = Date.now();
    socket.on('data', () => {
      heardMs = Date.now();
    });
    const heartbeat = setInterval(() => {
      const patienceMs = this.#children.has(ws) ? SILENCE_MS : HELLO_MS;
      if (!waits && Date.now() - heardMs > patienceMs) ws.terminate();
      else if (this.#children.has(ws)) ws.ping();
    }, 50);
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer, isBinary: boolean) => this.#received(ws, data, isBinary));
    ws.on('close', () => {
      clearInterval(heartbeat);
      if (this.#children.delete(ws) && !this.#host.breaks('keeps-places')) this.#places -= 1;
    });
  }

  #received(ws: WebSocket, data: Buffer, isBinary: boolean): void {
    const { secret, breaks } = this.#host;
    const frame = decodeFrame(isBinary ? data : data.toString(), secret);
    const isMixed = isBinary !== (ws.protocol === SUBPROTOCOL) && !breaks('reads-any-encoding');
    const isReadable = frame !== undefined && !isMixed && this.#isSigned(frame);
    if (isReadable) return this.#heard(ws, frame);
    if (!breaks('keeps-garbage-sockets')) ws.close(1008);
  }

  #isSigned({ signature }: WireFrame): boolean {
    if (this.#host.secret === undefined || this.#host.breaks('ignores-frame-signatures')) return true;
    return signature?.printed === true || (signature?.sent === true && !this.#host.breaks('verifies-printed-only'));
  }

  #heard(ws: WebSocket, frame: WireFrame): void {
    const { type } = frame;
    const child = this.#children.get(ws);
    if (type === 'hello') return this.#greeted(ws, frame, child);
    if (child === undefined && !this.#host.breaks('hears-before-hello')) return ws.close(1008);
    const sender = child ?? { id: 'nobody', enclave: this.#host.info().enclave };
    if (type === 'put') return this.#wrote(ws, sender, frame);
    if (type === 'ping' && !this.#host.breaks('mutes-pong-frames')) this.#send(ws, 'pong', this.#message('PONG', {}));
    if (type === 'goodbye' && !this.#host.breaks('keeps-left-children')) {
      ws.close(1000);
    }
    if (type.startsWith('zz') && this.#host.breaks('refuses-unknown-frames')) ws.close(1008);
  }

  #greeted(ws: WebSocket, { payload }: WireFrame, child: Child | undefined): void {
    const { node_id: given, enclave } = payload;
    const { breaks } = this.#host;
    const id = typeof given === 'string' ? given : '';
    if (child !== undefined && !breaks('hears-second-hellos')) return ws.close(1008);
    if (id === '' && !breaks('takes-nameless-children')) return ws.close(1008);
    if (child === undefined && this.#isTaken(id)) return this.#refuse(ws, 'id taken', 1008);
    const isFull = this.#places >= this.#host.maxChildren && !breaks('takes-any-number-of-children');
    if (isFull) return this.#refuse(ws, 'at capacity', 1000);
    this.#places += 1;
    for (const [old, { id: taken }] of this.#children) if (taken === id && old !== ws) this.#children.delete(old);
    this.#children.set(ws, { id, enclave: String(enclave || 'default') });
    this.#welcome(ws);
  }

  #isTaken(id: string): boolean {
    const { breaks, info, peers } = this.#host;
    const isNode = id === info().id || peers().some((peer) => peer.id === id);
    if (isNode) return !breaks('yields-its-own-id');
    return this.children.includes(id) && !breaks('yields-child-ids');
  }

  #welcome(ws: WebSocket): void {
    const { breaks, info, peers } = this.#host;
    const nodes = breaks('forgets-itself-in-welcome') ? peers() : [...peers(), info()];
    const topology = nodes.map((node) => ({ ...this.#message('SYNC', { node_info: node }), message_id: '' }));
    this.#send(ws, 'welcome', { topology, your_position: { depth: 1, parent_id: info().id } });
  }

  #refuse(ws: WebSocket, reason: string, code: number): void {
    this.#send(ws, 'goodbye', this.#goodbye(reason, this.#host.info().enclave));
    setTimeout(() => ws.close(code), LINGER_MS).unref();
  }

  /** Where else to go, the enclave of the child first. */
  #goodbye(reason: string, enclave: string): Fields {
    const isFar = (peer: Info): number => (peer.enclave === enclave ? 0 : 1);
    const peers = [...this.#host.peers()].sort((a, b) => isFar(a) - isFar(b)).slice(0, MAX_ALTERNATIVES);
    return { reason, alternative_parents: this.#host.breaks('names-no-alternatives') ? [] : peers };
  }

  #wrote(ws: WebSocket, { id: child, enclave }: Child, { message }: WireFrame): void {
    if (message === undefined || message.type !== 'PUT' || message.key === undefined) return ws.close(1008);
    const { message_id: id, key, data, ttl, timestamp } = message;
    const { take, forward, breaks, info } = this.#host;
    const fields = { key, data, ttl, timestamp, message_id: breaks('alters-child-ids') ? `${id}-0` : id };
    this.#writers.set(id, ws);
    const isOwn = enclave === info().enclave;
    const isFresh = isOwn ? take(fields, id) : true;
    if (isOwn && !breaks('acks-no-child'))
      this.#send(ws, 'ack', this.#message('ACK', { to: child, key, message_id: id }));
    if (!isFresh && !breaks('relays-repeats')) return;
    forward(enclave, fields);
    this.spread(this.#message('PUT', fields), enclave, ws);
  }

  #message(type: string, fields: Fields): Fields {
    return { type, from: this.#host.info().id, timestamp: Math.floor(Date.now() / 1000), message_id: 'm', ...fields };
  }

  #send(ws: WebSocket, type: string, payload: Fields): void {
    const form = ws.protocol === SUBPROTOCOL ? 'cbor' : 'typescript';
    const secret = this.#host.breaks('signs-no-frames') ? undefined : this.#host.secret;
    ws.send(encodeFrame(form, type, payload, secret), () => undefined);
  }
}

/** Closes a socket, and waits for its end. */
function closed(ws: WebSocket): Promise<void> {
  if (ws.readyState === ws.CLOSED) return Promise.resolve();
  return new Promise((resolve) => {
    ws.once('close', () => resolve());
    ws.close(1001);
  });
}
