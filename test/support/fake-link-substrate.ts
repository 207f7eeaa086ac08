import type { DecodedFrame, Frame } from '../../src/tree/frame.js';
import type { CloseCode, Link, LinkCodec } from '../../src/tree/ports/link.js';
import type { FrameCodec, FrameResult } from '../../src/tree/wire/codec.js';

/** What the fake codec makes of it: no frame, and a frame that is wrongly signed. */
export const MALFORMED = 'malformed';
export const UNSIGNED = 'unsigned';

/** Frames as they are, each under a number that stands for its encoding: the same object has the same number. */
export class FakeCodec implements FrameCodec {
  /** How often a frame was encoded that was not before. */
  encodings = 0;
  readonly #frames = new Map<string, DecodedFrame>();
  readonly #numbers = new Map<DecodedFrame, string>();

  encode(frame: Frame): string {
    return this.data(frame);
  }

  /** The encoding of any frame, an unknown one included. */
  data(frame: DecodedFrame): string {
    const known = this.#numbers.get(frame);
    if (known !== undefined) return known;
    const number = `frame ${++this.encodings}`;
    this.#numbers.set(frame, number);
    this.#frames.set(number, frame);
    return number;
  }

  decode(data: string | Uint8Array): FrameResult {
    if (data === UNSIGNED) return { ok: false, fault: 'unsigned' };
    const frame = this.#frames.get(String(data));
    return frame === undefined ? { ok: false, fault: 'malformed' } : { ok: true, frame };
  }
}

type Ending = { readonly code: CloseCode | 'terminated'; readonly atMs: number };

/** The substrate's end of a socket, whose other end the test plays. Nothing ends before the test says so. */
export class FakeLink implements Link {
  readonly codec: LinkCodec;
  readonly remote: string;
  bytesReceived = 0;
  bytesQueued = 0;
  onMessage: Link['onMessage'];
  onPong: Link['onPong'];
  onClose: Link['onClose'];
  /** How often it was pinged. */
  pings = 0;
  /** How many frames were handed over after it was ended. */
  sentTooLate = 0;
  /** How it was ended, the first time. */
  ending: Ending | undefined;
  readonly #frames: FakeCodec;
  readonly #nowMs: () => number;
  readonly #sent: DecodedFrame[] = [];
  #hasEnded = false;

  constructor(
    frames: FakeCodec,
    nowMs: () => number,
    parts: { readonly codec?: LinkCodec; readonly remote?: string } = {},
  ) {
    this.#frames = frames;
    this.#nowMs = nowMs;
    this.codec = parts.codec ?? 'json';
    this.remote = parts.remote ?? '192.0.2.1';
  }

  /** The frames that were sent to the child, oldest first. */
  get sent(): readonly DecodedFrame[] {
    return this.#sent;
  }

  /** Those of one type. */
  of<Type extends Frame['type']>(type: Type): Extract<Frame, { readonly type: Type }>[] {
    return this.#sent.filter((frame): frame is Extract<Frame, { readonly type: Type }> => frame.type === type);
  }

  get types(): string[] {
    return this.#sent.map((frame) => frame.type);
  }

  get code(): Ending['code'] | undefined {
    return this.ending?.code;
  }

  send(data: string | Uint8Array): void {
    if (this.ending !== undefined) {
      this.sentTooLate++;
      return;
    }
    const result = this.#frames.decode(data);
    if (!result.ok) throw new Error('what was sent is no frame');
    this.#sent.push(result.frame);
  }

  ping(): void {
    this.pings++;
  }

  close(code: CloseCode): void {
    this.ending ??= { code, atMs: this.#nowMs() };
  }

  terminate(): void {
    this.ending ??= { code: 'terminated', atMs: this.#nowMs() };
  }

  /** A frame comes in. */
  receive(frame: DecodedFrame): void {
    this.receiveData(this.#frames.data(frame));
  }

  receiveData(data: string): void {
    this.bytesReceived += data.length;
    this.onMessage?.(data);
  }

  /** A part of a frame comes in. */
  trickle(): void {
    this.bytesReceived++;
  }

  pong(): void {
    this.bytesReceived += 2;
    this.onPong?.();
  }

  /** There is no socket any more. */
  end(code = 1006): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.onClose?.(code);
  }
}
