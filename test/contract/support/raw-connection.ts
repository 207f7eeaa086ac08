import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of repeated ones the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** `closed`: the connection ended without an answer. `silence`: nothing came in time. */
export type RawResult = RawAnswer | 'closed' | 'silence';

export function statusOf(result: RawResult): number | 'closed' | 'silence' {
  return typeof result === 'string' ? result : result.status;
}

const PATIENCE_MS = 5000;
const END_OF_HEAD = Buffer.from('\r\n\r\n');

/** A TCP connection on which a test says what it likes, and reads the HTTP answers one by one. */
export class RawConnection {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #closed = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    for (const event of ['end', 'close']) {
      socket.on(event, () => {
        this.#closed = true;
        this.#wake();
      });
    }
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new RawConnection(socket));
      });
    });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The next answer. `bodiless`: it answers HEAD. Interim answers (1xx) count as answers. */
  async answer(bodiless = false): Promise<RawResult> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const parsed = this.#parse(bodiless);
      if (parsed !== undefined) return parsed;
      if (this.#closed) return 'closed';
      if (!(await this.#activity(deadlineMs - performance.now()))) return 'silence';
    }
  }

  /** Whether the node ended the connection, in time. */
  async ended(): Promise<boolean> {
    const deadlineMs = performance.now() + PATIENCE_MS;
    while (!this.#closed) if (!(await this.#activity(deadlineMs - performance.now()))) return false;
    return true;
  }

  /** Ends with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  #activity(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), Math.max(0, withinMs));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  #parse(bodiless: boolean): RawAnswer | undefined {
    const headEnd = this.#received.indexOf(END_OF_HEAD);
    if (headEnd < 0) return undefined;
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const headers = Object.fromEntries(lines.map(headerOf));
    const status = Number(/^HTTP\/1\.1 (\d{3})( |$)/.exec(statusLine)?.[1]);
    const bodyStart = headEnd + END_OF_HEAD.length;
    const length = bodiless || status < 200 ? 0 : Number(headers['content-length'] ?? 0);
    if (this.#received.length < bodyStart + length) return undefined;
    const body = this.#received.subarray(bodyStart, bodyStart + length);
    this.#received = this.#received.subarray(bodyStart + length);
    return { status, headers, body };
  }
}

function headerOf(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

interface ExchangeOptions {
  /** End this half of the connection after the last byte. */
  readonly halfClose?: boolean | undefined;
  /** The request is a HEAD. */
  readonly head?: boolean;
}

/** Sends `bytes` over a connection of its own and gives the first answer. */
export async function exchange(
  port: number,
  bytes: string | Uint8Array,
  options: ExchangeOptions = {},
): Promise<RawResult> {
  const connection = await RawConnection.open(port);
  connection.send(bytes);
  if (options.halfClose) connection.socket.end();
  const answer = await connection.answer(options.head);
  connection.close();
  return answer;
}
