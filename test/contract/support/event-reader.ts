import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { readSse, type SseFrame } from '../../../src/node/client/sse-reader.js';
import type { StreamEvent } from '../../../src/node/events/node-event.js';

const MAX_CHARS = 16 * 1024 * 1024;

/** A client of `GET /v1/events` that looks at events one by one. */
export class EventReader {
  readonly answer: IncomingMessage;
  readonly #request: ClientRequest;
  readonly #frames: AsyncGenerator<SseFrame>;

  private constructor(req: ClientRequest, answer: IncomingMessage) {
    this.#request = req;
    this.answer = answer;
    this.#frames = readSse(answer, MAX_CHARS);
  }

  static async open(port: number, query = '', headers: Readonly<Record<string, string>> = {}): Promise<EventReader> {
    const req = request({ host: '127.0.0.1', port, path: `/v1/events${query}`, headers, agent: false });
    req.on('error', () => undefined);
    req.end();
    const [answer] = (await once(req, 'response')) as [IncomingMessage];
    return new EventReader(req, answer);
  }

  /** The next event. Throws where the stream ends instead. */
  async next(): Promise<StreamEvent> {
    const { done, value } = await this.#frames.next();
    if (done) throw new Error('the stream has ended');
    const event = JSON.parse(value.data) as StreamEvent;
    if (event.kind !== value.event) throw new Error(`${value.event} carries ${event.kind}`);
    return event;
  }

  /** The kinds of the next `count` events. */
  async kinds(count: number): Promise<string[]> {
    const kinds: string[] = [];
    while (kinds.length < count) kinds.push((await this.next()).kind);
    return kinds;
  }

  /** Resolves when the node ends the stream in order; rejects where it breaks off. */
  async ended(): Promise<void> {
    while (!(await this.#frames.next()).done);
  }

  close(): void {
    this.#request.destroy();
  }
}
