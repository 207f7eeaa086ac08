import type { LinkCodec } from '../../../src/tree/ports/link.js';
import { MAX_FRAME_BYTES } from '../../../src/tree/wire/codec.js';
import type { Machine } from './machine.js';
import type { SimProcess } from './process.js';
import { RETRY_MS, type SimPackets } from './sim-packets.js';

/** What goes over a connection: the handshake, the frames of WebSocket, and its end. */
export type StreamFrame =
  | { readonly kind: 'rejected' | 'ping' | 'pong' | 'fin' }
  | { readonly kind: 'request' | 'accepted'; readonly codec: LinkCodec }
  | { readonly kind: 'message'; readonly data: string | Uint8Array }
  | { readonly kind: 'close'; readonly code: number };

/** One end of a connection, as its streams see it. */
export interface StreamEnd {
  readonly machine: Machine;
  readonly process: SimProcess;
  /** Its machine knows nothing of the connection any more, and says so to whoever goes on with it. */
  readonly isGone: boolean;
  /** Its machine lost power, and sends nothing more. */
  readonly isDark: boolean;
  /** A frame has come in whole. Runs as input of the process. */
  received(frame: StreamFrame): void;
  /** A frame has begun to come in that is longer than any may be. Runs as input of the process. */
  oversized(): void;
  /** The network ended the connection. */
  reset(): void;
}

const SEGMENT_BYTES = 64 * 1024;

/** What the kernels at both ends take in before the process at the far end reads: bytes, and segments. */
export const WINDOW_BYTES: number = 1024 * 1024;
const MAX_SEGMENTS = 64;

interface Segment {
  /** Where it ends in the stream. */
  readonly end: number;
  readonly bytes: number;
  hasArrived: boolean;
}

interface Placed {
  readonly frame: StreamFrame;
  readonly start: number;
  readonly end: number;
}

/** One direction of a connection: bytes that arrive in order and complete, as long as they arrive at all. */
export class SimStream {
  readonly #packets: SimPackets;
  readonly #from: StreamEnd;
  readonly #to: StreamEnd;
  /** Frames that have not been read whole. Bounded by what the process at this end lets itself queue. */
  readonly #frames: Placed[] = [];
  /** On their way, or not yet acknowledged. At most `MAX_SEGMENTS`. */
  readonly #segments: Segment[] = [];
  #written = 0;
  #sent = 0;
  #acknowledged = 0;
  #arrived = 0;
  #read = 0;
  #isHeld = false;

  constructor(packets: SimPackets, from: StreamEnd, to: StreamEnd) {
    this.#packets = packets;
    this.#from = from;
    this.#to = to;
  }

  /** Bytes that the kernel has not taken yet. */
  get queued(): number {
    return this.#written - this.#sent;
  }

  /** Bytes that the process at the far end has read. */
  get read(): number {
    return this.#read;
  }

  write(frame: StreamFrame): void {
    const start = this.#written;
    this.#written += bytesOf(frame);
    this.#frames.push({ frame, start, end: this.#written });
    this.#fill();
  }

  /** What the kernel has not taken is dropped; after the rest the stream ends. */
  end(): void {
    while ((this.#frames.at(-1)?.end ?? 0) > this.#sent) this.#frames.pop();
    this.#written = this.#sent;
    this.write({ kind: 'fin' });
  }

  /** The process at the far end reads nothing until the release. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#readAll();
    this.#deliver();
  }

  #fill(): void {
    while (this.#sent < this.#written && this.#segments.length < MAX_SEGMENTS) {
      const room = WINDOW_BYTES - (this.#sent - this.#acknowledged);
      if (room === 0) return;
      const bytes = Math.min(SEGMENT_BYTES, room, this.#written - this.#sent);
      this.#sent += bytes;
      const segment: Segment = { end: this.#sent, bytes, hasArrived: false };
      this.#segments.push(segment);
      this.#packets.send({
        from: this.#from.machine,
        to: this.#to.machine,
        bytes,
        retryMs: RETRY_MS,
        isWanted: () => !this.#from.isDark,
        onArrival: (path) => this.#onArrival(segment, path === 'open'),
        onGivenUp: () => this.#from.reset(),
      });
    }
  }

  #onArrival(segment: Segment, isOpen: boolean): void {
    if (!isOpen || this.#to.isGone) return this.#break();
    segment.hasArrived = true;
    for (const { hasArrived, end } of this.#segments) {
      if (!hasArrived) break;
      this.#arrived = Math.max(this.#arrived, end);
    }
    this.#to.process.input(() => this.#readAll());
  }

  #readAll(): void {
    if (this.#isHeld || this.#to.isGone || this.#read === this.#arrived) return;
    this.#read = this.#arrived;
    this.#acknowledge(this.#read);
    this.#deliver();
  }

  /** Frames one at a time; what one of them sets off may stop the rest. */
  #deliver(): void {
    while (!this.#isHeld && !this.#to.isGone) {
      const first = this.#frames[0];
      if (first === undefined || first.end > this.#read) break;
      this.#frames.shift();
      this.#to.received(first.frame);
    }
    const next = this.#frames[0];
    const isTooLong = next !== undefined && next.frame.kind === 'message' && sizeOf(next.frame.data) > MAX_FRAME_BYTES;
    if (isTooLong && next.start < this.#read && !this.#to.isGone) this.#to.oversized();
  }

  #acknowledge(read: number): void {
    this.#packets.send({
      from: this.#to.machine,
      to: this.#from.machine,
      bytes: 0,
      retryMs: RETRY_MS,
      isWanted: () => !this.#to.isDark && this.#acknowledged < read,
      onArrival: (path) => (path === 'open' ? this.#onAcknowledged(read) : this.#break()),
    });
  }

  #onAcknowledged(read: number): void {
    if (read <= this.#acknowledged) return;
    this.#acknowledged = read;
    while ((this.#segments[0]?.end ?? Number.POSITIVE_INFINITY) <= read) this.#segments.shift();
    if (!this.#from.isDark) this.#fill();
  }

  /** Whoever does not know the connection says so to the sender; whoever refuses on the way says so to both. */
  #break(): void {
    this.#to.reset();
    this.#packets.send({
      from: this.#to.machine,
      to: this.#from.machine,
      bytes: 0,
      retryMs: RETRY_MS,
      isWanted: () => !this.#from.isGone && this.#to.machine.hasPower,
      onArrival: () => this.#from.reset(),
    });
  }
}

/** Bytes on the wire, the head of a WebSocket frame included (RFC 6455 section 5.2). */
function bytesOf(frame: StreamFrame): number {
  if (frame.kind === 'message') {
    const size = sizeOf(frame.data);
    return size + (size < 126 ? 6 : size < 65_536 ? 8 : 14);
  }
  return BYTES[frame.kind];
}

const BYTES = { request: 300, accepted: 160, rejected: 160, ping: 6, pong: 6, close: 8, fin: 1 } as const;

function sizeOf(data: string | Uint8Array): number {
  return typeof data === 'string' ? Buffer.byteLength(data) : data.byteLength;
}
