import type { HostPort } from '../../gossip/address.js';
import type { Frame, GoodbyeFrame, WelcomeFrame } from '../frame.js';
import type { CloseCode, Link, LinkCodec } from '../ports/link.js';
import type { FrameCodec, FrameFault } from '../wire/codec.js';

/** A place to attach to, and what is known of who is there. */
export interface Target {
  readonly address: HostPort;
  readonly id?: string;
  readonly enclave?: string;
  /** How many more children it takes, as far as is known. */
  readonly room?: number;
}

/** Who hears what comes in. */
export interface LineListener {
  frame(frame: Frame): void;
  fault(fault: FrameFault): void;
  closed(): void;
}

const DEAF: LineListener = { frame: () => undefined, fault: () => undefined, closed: () => undefined };

/** A link to a candidate or a parent, and the frames on it. Whoever listens last hears everything from then on. */
export class Line {
  readonly target: Target;
  readonly #link: Link;
  readonly #codec: FrameCodec;
  #listener: LineListener = DEAF;

  constructor(link: Link, codecs: (kind: LinkCodec) => FrameCodec, target: Target) {
    this.target = target;
    this.#link = link;
    this.#codec = codecs(link.codec);
    link.onMessage = (data) => this.#decode(data);
    link.onClose = () => this.#listener.closed();
  }

  get bytesReceived(): number {
    return this.#link.bytesReceived;
  }

  get bytesQueued(): number {
    return this.#link.bytesQueued;
  }

  listen(listener: LineListener): void {
    this.#listener = listener;
  }

  send(frame: Frame): void {
    this.#link.send(this.#codec.encode(frame));
  }

  ping(): void {
    this.#link.ping();
  }

  /** Closes the link. What comes in until it has ended goes to whoever listens then. */
  close(code: CloseCode, reason: string): void {
    this.#link.close(code, reason);
  }

  /** Closes the link, and hears nothing more of it. */
  drop(code: CloseCode, reason: string): void {
    this.#listener = DEAF;
    this.#link.close(code, reason);
  }

  /** Ends the link at once, and hears nothing more of it. */
  terminate(): void {
    this.#listener = DEAF;
    this.#link.terminate();
  }

  #decode(data: string | Uint8Array): void {
    const result = this.#codec.decode(data);
    if (!result.ok) this.#listener.fault(result.fault);
    else if (result.frame.type !== 'unknown') this.#listener.frame(result.frame);
  }
}

/** How a parent was lost without a goodbye: its socket closed, or fell silent, or brought what cannot be read. */
export type LossCause = 'closed' | 'silent' | 'unreadable';

/** What the loop that attaches a transient hears of: see `Acts`. */
export type TransientEvent =
  | { readonly kind: 'due' | 'next' | 'exhausted' | 'failed' | 'homeKnown' | 'stop' }
  | { readonly kind: 'opened'; readonly line: Line }
  | { readonly kind: 'welcomed'; readonly line: Line; readonly welcome: WelcomeFrame }
  | { readonly kind: 'turnedAway' | 'farewell'; readonly goodbye: GoodbyeFrame }
  | { readonly kind: 'mirrored'; readonly address: HostPort }
  | { readonly kind: 'lost'; readonly cause: LossCause };
