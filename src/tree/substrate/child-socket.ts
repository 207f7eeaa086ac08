import type { Clock, Timer } from '../../gossip/ports/clock.js';
import { type Candidate, type DecodedFrame, type Frame, type HelloFrame, MORE_ROOM_ELSEWHERE } from '../frame.js';
import { CLOSE, type CloseCode, type Link, type LinkCodec } from '../ports/link.js';
import type { FrameCodec } from '../wire/codec.js';
import {
  type ChildAction,
  type ChildEvent,
  type ChildState,
  childTransition,
  type GoodbyeReason,
  type Verdict,
} from './child-state.js';
import { FrameBudget } from './frame-budget.js';

/** How long a socket may take over its hello, in milliseconds. */
export const HELLO_TIMEOUT_MS = 5000;

/** Largest hello, in bytes or characters: a stranger is not worth the reading of more. */
export const MAX_HELLO_LENGTH: number = 64 * 1024;

/** How long a refused child of another implementation has to read why, before its socket closes, in milliseconds. */
export const REFUSAL_LINGER_MS = 500;

/** Most that is queued for one child before the frame at hand, in bytes. */
export const MAX_QUEUED_BYTES: number = 16 * 1024 * 1024;

/** A child as others see it. */
export interface ChildInfo {
  readonly id: string;
  readonly enclave: string;
  readonly codec: LinkCodec;
  /** Whether it is of this implementation. */
  readonly ours: boolean;
  /** When it was attached, in monotonic milliseconds. */
  readonly sinceMs: number;
  /** Where it is, as far as the network knows. */
  readonly remote: string;
}

/** What a socket needs of the substrate. */
export interface ChildHost {
  judge(hello: HelloFrame): Verdict;
  /** The id of this socket is a live child's: `rival-alive` or `rival-gone` follows. */
  contest(socket: ChildSocket): void;
  /** It is attached: it is to be welcomed before anything else is sent. */
  attached(socket: ChildSocket, cause: ChildEvent): void;
  /** It was attached, and is no more. */
  detached(socket: ChildSocket, cause: ChildEvent): void;
  /** It was closed before it was attached. */
  turnedAway(socket: ChildSocket, cause: ChildEvent): void;
  /** There is no socket any more. */
  ended(socket: ChildSocket): void;
  received(socket: ChildSocket, frame: DecodedFrame): void;
  answeredPing(socket: ChildSocket): void;
  /** Where a child that is sent away may go instead: to any of these, or, where it is to be sent on, to the one. */
  alternatives(socket: ChildSocket, reason: GoodbyeReason): readonly Candidate[];
}

interface ChildSocketParts {
  readonly link: Link;
  readonly codec: FrameCodec;
  readonly host: ChildHost;
}

/** Reasons for which a child goes elsewhere. */
const REDIRECTING: ReadonlySet<GoodbyeReason> = new Set(['at capacity', MORE_ROOM_ELSEWHERE, 'shutdown']);

/** One socket that a child has opened, from its first byte to its last: runs the table of `child-state.ts`. */
export class ChildSocket {
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #codec: FrameCodec;
  readonly #host: ChildHost;
  readonly #budget: FrameBudget;
  #state: ChildState = 'waiting';
  #hello: HelloFrame | undefined;
  #sinceMs: number;
  #heardMs: number;
  #heardBytes: number;
  /** The wait for the hello, or the pause between a refusal and the end. */
  #timer: Timer | undefined;
  /** Questions of this child that are not answered yet. Kept by the ask desk. */
  questionsUnderWay = 0;

  constructor(clock: Clock, parts: ChildSocketParts) {
    const { link, codec, host } = parts;
    this.#clock = clock;
    this.#link = link;
    this.#codec = codec;
    this.#host = host;
    this.#budget = new FrameBudget(clock);
    this.#sinceMs = clock.monotonicMs();
    this.#heardMs = this.#sinceMs;
    this.#heardBytes = link.bytesReceived;
    this.#timer = clock.setTimer(HELLO_TIMEOUT_MS, () => this.feed('no-hello'));
    link.onMessage = (data) => this.#receive(data);
    link.onPong = () => this.#ponged();
    link.onClose = () => this.#end();
  }

  get state(): ChildState {
    return this.#state;
  }

  /** Empty before the hello, as is the enclave. */
  get id(): string {
    return this.#hello?.nodeId ?? '';
  }

  get enclave(): string {
    return this.#hello?.enclave ?? '';
  }

  /** Whether the child is of this implementation. */
  get isOurs(): boolean {
    return this.#hello?.extension !== undefined;
  }

  /** The process at the other end, where it is of this implementation. */
  get instance(): string | undefined {
    return this.#hello?.extension?.instance;
  }

  get info(): ChildInfo {
    const { id, enclave, isOurs: ours } = this;
    return { id, enclave, codec: this.#link.codec, ours, sinceMs: this.#sinceMs, remote: this.#link.remote };
  }

  get bytesQueued(): number {
    return this.#link.bytesQueued;
  }

  get bytesReceived(): number {
    return this.#link.bytesReceived;
  }

  /** How long ago the last byte came in, in milliseconds. Of a frame that is not complete, when that was looked at first. */
  silenceMs(): number {
    this.#listen();
    return this.#clock.monotonicMs() - this.#heardMs;
  }

  /** This node did not look for so long: that time does not count as silence. */
  excuse(ms: number): void {
    this.#heardMs += ms;
  }

  ping(): void {
    this.#link.ping();
  }

  /** Sends a frame, unless so much is queued that the child is taken to be too slow. Does nothing once it is closed. */
  send(frame: Frame): void {
    if (this.#state === 'closed') return;
    if (this.#link.bytesQueued > MAX_QUEUED_BYTES) this.feed('overfull');
    else this.#transmit(frame);
  }

  /** Something has happened to this socket. `frame` is what it is to act upon, where it is one that came in. */
  feed(event: ChildEvent, frame?: DecodedFrame): void {
    const from = this.#state;
    const { to, actions } = childTransition(from, event);
    this.#state = to;
    if (from === 'waiting' && to !== from) this.#cancelTimer();
    for (const action of actions) this.#act(action, event, frame);
    if (to !== 'closed' || from === 'closed') return;
    if (from === 'attached' || from === 'leaving') this.#host.detached(this, event);
    else this.#host.turnedAway(this, event);
  }

  /** Ends it without telling the substrate, which has stopped. */
  abandon(): void {
    this.#cancelTimer();
    this.#link.onMessage = undefined;
    this.#link.onPong = undefined;
    this.#link.onClose = undefined;
    this.#state = 'closed';
    this.#link.close(CLOSE.goingAway, '');
  }

  #receive(data: string | Uint8Array): void {
    if (this.#state === 'closed') return;
    this.#listen();
    if (!this.#budget.take()) return this.feed('flooded');
    if (this.#state === 'waiting' && data.length > MAX_HELLO_LENGTH) return this.feed('unreadable');
    const result = this.#codec.decode(data);
    if (!result.ok) return this.feed('unreadable');
    const { frame } = result;
    switch (frame.type) {
      case 'hello':
        return this.#greeted(frame);
      case 'goodbye':
        return this.feed('goodbye');
      case 'put':
      case 'ask':
        return this.feed('work', frame);
      default:
        return this.feed('talk', frame);
    }
  }

  #ponged(): void {
    if (this.#state === 'closed') return;
    this.#listen();
    this.#host.answeredPing(this);
  }

  #listen(): void {
    const bytes = this.#link.bytesReceived;
    if (bytes === this.#heardBytes) return;
    this.#heardBytes = bytes;
    this.#heardMs = this.#clock.monotonicMs();
  }

  #greeted(hello: HelloFrame): void {
    if (this.#state !== 'waiting') return this.feed('hello-again');
    this.#hello = hello;
    this.feed(this.#host.judge(hello));
  }

  #act(action: ChildAction, event: ChildEvent, frame: DecodedFrame | undefined): void {
    switch (action.kind) {
      case 'welcome':
        this.#sinceMs = this.#clock.monotonicMs();
        return this.#host.attached(this, event);
      case 'contest':
        return this.#host.contest(this);
      case 'handle':
        return frame && this.#host.received(this, frame);
      case 'goodbye':
        return this.#sayGoodbye(action.reason);
      case 'refuse':
        return this.#refuse(action.reason, action.code);
      case 'close':
        return this.#link.close(action.code, event);
      case 'terminate':
        return this.#link.terminate();
    }
  }

  #refuse(reason: GoodbyeReason, code: CloseCode): void {
    this.#sayGoodbye(reason);
    if (this.isOurs) this.#link.close(code, reason);
    else this.#timer = this.#clock.setTimer(REFUSAL_LINGER_MS, () => this.#link.close(code, reason));
  }

  #sayGoodbye(reason: GoodbyeReason): void {
    const alternatives = REDIRECTING.has(reason) ? this.#host.alternatives(this, reason) : [];
    this.#transmit({ type: 'goodbye', reason, alternatives });
  }

  #transmit(frame: Frame): void {
    this.#link.send(this.#codec.encode(frame));
  }

  #end(): void {
    this.#cancelTimer();
    this.feed('ended');
    this.#host.ended(this);
  }

  #cancelTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
