import type { ServerResponse } from 'node:http';
import type { NodeEventKind } from '../events/node-event.js';
import { HEARTBEAT } from './sse.js';

/** What a reader may leave unread, besides the beginning of the stream. */
export const MAX_BACKLOG_BYTES: number = 256 * 1024;

/** Heartbeats in a row at which something is still unread: then the reader is taken for gone. */
const MAX_STALLED_BEATS = 4;

/** The kinds that a reader wants; `undefined`: all. */
export type KindFilter = ReadonlySet<NodeEventKind> | undefined;

/**
 * One reader of events. Its backlog is bounded by what the stream began with and `MAX_BACKLOG_BYTES`; whoever lets it
 * grow beyond is cut off, and can come back for what is missing.
 */
export class EventStream {
  readonly #res: ServerResponse;
  readonly #kinds: KindFilter;
  readonly #onSlow: () => void;
  readonly #maxBacklogBytes: number;
  #stalledBeats = 0;

  /** `opening` is written whatever its size: it is bounded by the members and the events that are kept. */
  constructor(res: ServerResponse, kinds: KindFilter, opening: Buffer, onSlow: () => void) {
    this.#res = res;
    this.#kinds = kinds;
    this.#onSlow = onSlow;
    this.#maxBacklogBytes = opening.byteLength + MAX_BACKLOG_BYTES;
    res.write(opening);
  }

  offer(kind: NodeEventKind, bytes: Buffer): void {
    if (this.#kinds === undefined || this.#kinds.has(kind)) this.#write(bytes);
  }

  beat(): void {
    this.#stalledBeats = this.#res.writableLength > 0 ? this.#stalledBeats + 1 : 0;
    if (this.#stalledBeats < MAX_STALLED_BEATS) this.#write(HEARTBEAT);
    else this.#cut();
  }

  /** A reader that has not read all must not hold up the end. */
  end(): void {
    if (this.#res.writableLength > 0) this.#res.destroy();
    else this.#res.end();
  }

  #write(bytes: Buffer): void {
    if (this.#res.destroyed || this.#res.writableEnded) return;
    this.#res.write(bytes);
    if (this.#res.writableLength > this.#maxBacklogBytes) this.#cut();
  }

  #cut(): void {
    if (this.#res.destroyed) return;
    this.#onSlow();
    this.#res.destroy();
  }
}
