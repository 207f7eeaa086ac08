import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves a root list over HTTP, each answer late. */
export class SlowListServer {
  readonly #server: Server;
  #answeredMs: number | undefined;

  private constructor(line: string, lateMs: number) {
    this.#server = createServer((_, response) => {
      setTimeout(() => {
        this.#answeredMs ??= performance.now();
        response.end(`${line}\n`);
      }, lateMs);
    });
  }

  static async open(line: string, lateMs: number): Promise<SlowListServer> {
    const made = new SlowListServer(line, lateMs);
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/omega`;
  }

  /** When the first answer was given, by `performance.now()`. */
  get answeredMs(): number | undefined {
    return this.#answeredMs;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
