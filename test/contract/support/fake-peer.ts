import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { ask } from './ask.js';

type GossipBody = Readonly<Record<string, unknown>>;

/** A member that takes every message, and acknowledges a write only when it is told to. */
export class FakePeer {
  readonly id = 'fake-peer';
  readonly received: GossipBody[] = [];
  readonly #server: Server;
  #onMessage: () => void = () => undefined;

  private constructor() {
    this.#server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        if (req.url === '/v1/replica') return void res.writeHead(404).end();
        res.end('{"success":true}');
        this.received.push(JSON.parse(Buffer.concat(chunks).toString()) as GossipBody);
        this.#onMessage();
      });
    });
  }

  static start(): Promise<FakePeer> {
    const peer = new FakePeer();
    return new Promise((resolve) => peer.#server.listen(0, '127.0.0.1', () => resolve(peer)));
  }

  /** Becomes a member of the node at `port`, and waits until the node has found it to be there. */
  async join(port: number): Promise<void> {
    const body = JSON.stringify({
      node_id: this.id,
      address: '127.0.0.1',
      gossip_port: 1,
      http_port: (this.#server.address() as AddressInfo).port,
      x: { incarnation: 1, instance: 'fake' },
    });
    expect((await ask(port, 'POST', '/v1/bootstrap', { body })).status).toBe(200);
    await this.message('PING');
  }

  /** The first message of a type, now or when it comes. */
  async message(type: string): Promise<GossipBody> {
    for (;;) {
      const found = this.received.find((message) => message['type'] === type);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#onMessage = resolve;
      });
    }
  }

  /** Acknowledges a write to the node at `port`; the status it gets. */
  async acknowledge(port: number, put: GossipBody): Promise<number> {
    const body = JSON.stringify({ type: 'ACK', from: this.id, timestamp: 1, message_id: put['message_id'] });
    return (await ask(port, 'POST', '/v1/gossip/message', { body })).status;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
