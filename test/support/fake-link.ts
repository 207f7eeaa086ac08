import { formatHostPort, type HostPort } from '../../src/gossip/address.js';
import type { CloseCode, DialOutcome, Link, LinkCodec, LinkDialer } from '../../src/tree/ports/link.js';

/** A link whose every event a test brings about. It ends by itself, a moment later, when this side closes it. */
export class FakeLink implements Link {
  readonly codec: LinkCodec;
  readonly remote: string;
  bytesReceived = 0;
  bytesQueued = 0;
  onMessage: ((data: string | Uint8Array) => void) | undefined;
  onPong: (() => void) | undefined;
  onClose: ((code: number) => void) | undefined;
  /** What was sent, in order. */
  readonly sent: (string | Uint8Array)[] = [];
  pings = 0;
  /** How this side closed it. */
  closing: CloseCode | undefined;
  isTerminated = false;
  hasEnded = false;
  /** Whether the handshake of closing waits for `end`. */
  lingers = false;
  /** Whether the other end answers pings. */
  answersPings = true;
  /** Hears what is sent, as it is sent. */
  onSent: ((data: string | Uint8Array) => void) | undefined;

  constructor(remote: string, codec: LinkCodec = 'cbor') {
    this.remote = remote;
    this.codec = codec;
  }

  /** Whether this side can still send. */
  get isOpen(): boolean {
    return !this.hasEnded && this.closing === undefined && !this.isTerminated;
  }

  send(data: string | Uint8Array): void {
    if (!this.isOpen) return;
    this.sent.push(data);
    this.onSent?.(data);
  }

  ping(): void {
    if (!this.isOpen) return;
    this.pings++;
    if (this.answersPings) queueMicrotask(() => this.deliverBytes(2));
  }

  close(code: CloseCode, _reason: string): void {
    if (!this.isOpen) return;
    this.closing = code;
    if (!this.lingers) queueMicrotask(() => this.end(code));
  }

  terminate(): void {
    this.isTerminated = true;
    queueMicrotask(() => this.end());
  }

  /** A message comes in. */
  deliver(data: string | Uint8Array): void {
    if (this.hasEnded) return;
    this.bytesReceived += data.length;
    this.onMessage?.(data);
  }

  /** Bytes come in that are no message: a pong, or part of a large one. */
  deliverBytes(count: number): void {
    if (!this.hasEnded) this.bytesReceived += count;
  }

  /** The link ends. */
  end(code = 1006): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onClose?.(code);
  }
}

export interface Dial {
  readonly address: HostPort;
  readonly atMs: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Dials that a test decides, each by the address; nobody listens where nothing else is said. */
export class FakeDialer implements LinkDialer {
  readonly dials: Dial[] = [];
  /** Decides each dial. */
  onDial: (dial: Dial) => DialOutcome | Promise<DialOutcome> = () => ({ kind: 'refused' });
  readonly #nowMs: () => number;

  constructor(clock: { monotonicMs(): number }) {
    this.#nowMs = () => clock.monotonicMs();
  }

  /** The addresses dialled, in order. */
  get dialled(): string[] {
    return this.dials.map(({ address }) => formatHostPort(address));
  }

  async dial(address: HostPort, timeoutMs: number, signal: AbortSignal): Promise<DialOutcome> {
    const dial = { address, atMs: this.#nowMs(), timeoutMs, signal };
    this.dials.push(dial);
    return this.onDial(dial);
  }
}
