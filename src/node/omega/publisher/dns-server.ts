import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { HostPort } from '../../../gossip/address.js';
import type { Zone } from './zone.js';

/** Most TCP connections at a time; more are closed at once. */
const MAX_CONNECTIONS = 100;
const IDLE_MS = 10_000;
/** A question is short: its length is two bytes, its name 255. */
const MAX_QUERY_BYTES = 4096;
/** A port that is free for UDP may be taken for TCP. */
const BIND_ATTEMPTS = 10;

/** Answers for one zone over UDP and TCP at one address. */
export class DnsServer {
  readonly #zone: Zone;
  readonly #tcp: Server;
  /** Bounded by `MAX_CONNECTIONS`. */
  readonly #connections = new Set<Socket>();
  #udp: UdpSocket | undefined;

  constructor(parts: { readonly zone: Zone }) {
    this.#zone = parts.zone;
    this.#tcp = createServer((socket) => this.#accept(socket));
    this.#tcp.maxConnections = MAX_CONNECTIONS;
  }

  /** Binds both; port 0 = the operating system chooses one for both. Rejects as the platform does. */
  async listen({ host, port }: HostPort): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#bind(host, port);
      } catch (error) {
        if (port !== 0 || attempt === BIND_ATTEMPTS) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    this.#udp?.close();
    this.#udp = undefined;
    if (!this.#tcp.listening) return;
    this.#tcp.close();
    await once(this.#tcp, 'close');
  }

  async #bind(host: string, port: number): Promise<number> {
    const udp = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    udp.bind(port, host);
    await once(udp, 'listening');
    const bound = udp.address().port;
    try {
      this.#tcp.listen(bound, host);
      await once(this.#tcp, 'listening');
    } catch (error) {
      udp.close();
      throw error;
    }
    this.#tcp.on('error', () => undefined);
    udp.on('error', () => undefined);
    udp.on('message', (query, from) => {
      const answer = this.#zone.answer(query, 'udp');
      // Who sent the question may be gone, or never have been there: that is nobody's failure.
      if (answer !== undefined) udp.send(answer, from.port, from.address, () => undefined);
    });
    this.#udp = udp;
    return bound;
  }

  #accept(socket: Socket): void {
    this.#connections.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
    /** Bounded by one question and one chunk: a longer question ends the connection. */
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2) {
        const length = pending.readUInt16BE(0);
        if (length > MAX_QUERY_BYTES) return void socket.destroy();
        if (pending.length < 2 + length) return;
        this.#reply(socket, pending.subarray(2, 2 + length));
        pending = pending.subarray(2 + length);
      }
    });
  }

  #reply(socket: Socket, query: Buffer): void {
    const answer = this.#zone.answer(query, 'tcp');
    // Whoever does not read its answers gets no more of them.
    if (answer === undefined || socket.writableNeedDrain) return void socket.destroy();
    const length = Buffer.alloc(2);
    length.writeUInt16BE(answer.length);
    socket.write(Buffer.concat([length, answer]));
  }
}
