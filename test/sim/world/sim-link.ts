import { CLOSE, type CloseCode, type Link, type LinkCodec } from '../../../src/tree/ports/link.js';
import type { VirtualClock } from '../../support/virtual-clock.js';
import type { Machine } from './machine.js';
import type { SimProcess } from './process.js';
import type { SimStream, StreamEnd, StreamFrame } from './sim-stream.js';

/** As with the real links: how long the closing handshake may take, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1000;

/** No close frame has come (RFC 6455 section 7.1.5). */
const ABNORMAL = 1006;

export interface SimLinkParts {
  readonly clock: VirtualClock;
  readonly machine: Machine;
  readonly process: SimProcess;
  /** The machine at the other end. */
  readonly peer: Machine;
}

/** What a link does with the frames of the handshake, until it is open. */
export interface Opening {
  /** A frame has come, or there is no connection any more. */
  on(frame: StreamFrame | 'ended'): void;
}

/** Told of the messages on links, at each end; must not change anything. */
export interface LinkObserver {
  /** The process hands a message over. */
  linkSaid?(link: SimLink, data: string | Uint8Array): void;
  /** The process reads a message, in the bytes that were handed over. */
  linkHeard?(link: SimLink, data: string | Uint8Array): void;
}

interface Streams {
  readonly out: SimStream;
  readonly in: SimStream;
}

interface Connected extends Streams {
  readonly far: SimLink;
  readonly observer: LinkObserver;
}

/**
 * One end of a simulated WebSocket. All it tells its process of runs as input of the process; and so nothing is answered
 * while that is stalled. What the kernel does, it does for as long as the machine has power.
 */
export class SimLink implements Link, StreamEnd {
  readonly machine: Machine;
  readonly process: SimProcess;
  readonly remote: string;
  onMessage: ((data: string | Uint8Array) => void) | undefined;
  onPong: (() => void) | undefined;
  onClose: ((code: number) => void) | undefined;
  readonly #clock: VirtualClock;
  #streams: Streams | undefined;
  #observer: LinkObserver = {};
  #far: SimLink | undefined;
  #opening: Opening | undefined;
  #codec: LinkCodec = 'json';
  #state: 'opening' | 'open' | 'closing' | 'closed' = 'opening';
  #code: number = ABNORMAL;
  #hasSentClose = false;
  #hasSentFin = false;
  /** No message is taken in any more. */
  #hasRefused = false;
  /** Nothing is. */
  #isDeaf = false;
  #isGone = false;
  #isDark = false;

  constructor({ clock, machine, process, peer }: SimLinkParts, opening: Opening) {
    this.#clock = clock;
    this.machine = machine;
    this.process = process;
    this.remote = peer.name;
    this.#opening = opening;
    process.onEnd.add(this.#processEnded);
  }

  get codec(): LinkCodec {
    return this.#codec;
  }

  get bytesReceived(): number {
    return this.#streams?.in.read ?? 0;
  }

  get bytesQueued(): number {
    return this.#streams?.out.queued ?? 0;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  get isDark(): boolean {
    return this.#isDark;
  }

  /** The other end, once the connection is made. */
  get far(): SimLink | undefined {
    return this.#far;
  }

  /** Whether the process takes it for open: it has neither closed it, nor seen its end. */
  get isOpen(): boolean {
    return this.#state === 'open' && !this.#isDeaf;
  }

  /** The connection is made. */
  connected({ far, observer, ...streams }: Connected): void {
    this.#streams = streams;
    this.#far = far;
    this.#observer = observer;
  }

  /** A step of the handshake. */
  say(frame: StreamFrame): void {
    if (!this.#isGone) this.#streams?.out.write(frame);
  }

  /**
   * The handshake is done. Whoever gets the link has until the end of this step to set its handlers: nothing is read
   * before.
   */
  opened(codec: LinkCodec): void {
    this.#opening = undefined;
    this.#codec = codec;
    this.#state = 'open';
    this.#streams?.in.hold();
    this.#clock.setTimer(0, () => this.process.input(() => this.#streams?.in.release()));
  }

  send(data: string | Uint8Array): void {
    if (this.#state !== 'open') return;
    this.#observer.linkSaid?.(this, data);
    this.say({ kind: 'message', data });
  }

  ping(): void {
    if (this.#state === 'open') this.say({ kind: 'ping' });
  }

  close(code: CloseCode, _reason: string): void {
    if (this.#state === 'open') this.#sayClose(code);
  }

  terminate(): void {
    if (this.#state === 'closed') return;
    this.#drop();
    this.#clock.setTimer(0, () => this.process.input(() => this.#ended()));
  }

  received(frame: StreamFrame): void {
    if (this.#isDeaf) return;
    if (frame.kind === 'fin') {
      this.#drop();
      return this.#ended();
    }
    if (this.#opening !== undefined) return this.#opening.on(frame);
    switch (frame.kind) {
      case 'message':
        return this.#receivedMessage(frame.data);
      case 'ping':
        if (this.#state === 'open') this.say({ kind: 'pong' });
        return;
      case 'pong':
        return this.onPong?.();
      case 'close':
        return this.#receivedClose(frame.code);
    }
  }

  /** Nothing behind the head of that frame is read. */
  oversized(): void {
    if (this.#isDeaf) return;
    this.close(CLOSE.tooBig, '');
    this.#isDeaf = true;
  }

  reset(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.process.input(() => this.#ended());
  }

  #receivedMessage(data: string | Uint8Array): void {
    if (this.#hasRefused) return;
    if ((typeof data === 'string') !== (this.#codec === 'json')) {
      this.#hasRefused = true;
      return this.close(CLOSE.policy, '');
    }
    this.#observer.linkHeard?.(this, data);
    this.onMessage?.(typeof data === 'string' ? data : Uint8Array.from(data));
  }

  #receivedClose(code: number): void {
    this.#code = code;
    if (!this.#hasSentClose) this.#sayClose(code);
    this.#sayFin();
  }

  #sayClose(code: number): void {
    this.#state = 'closing';
    this.#hasSentClose = true;
    this.say({ kind: 'close', code });
    this.#clock.setTimer(CLOSE_TIMEOUT_MS, () => this.process.timer(() => this.terminate()));
  }

  #sayFin(): void {
    if (this.#hasSentFin) return;
    this.#hasSentFin = true;
    this.say({ kind: 'fin' });
  }

  /** The kernel is left with what it has taken. */
  #drop(): void {
    this.#isDeaf = true;
    if (this.#isGone) return;
    this.#isGone = true;
    if (!this.#hasSentFin) this.#streams?.out.end();
    this.#hasSentFin = true;
  }

  #ended(): void {
    if (this.#state === 'closed') return;
    this.#isDeaf = true;
    this.#state = 'closed';
    this.process.onEnd.delete(this.#processEnded);
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening === undefined) this.onClose?.(this.#code);
    else opening.on('ended');
  }

  /** The kernel ends the connection, unless the machine went with the process. */
  readonly #processEnded = (): void => {
    this.#isDark = !this.machine.hasPower;
    if (this.#isDark) this.#isGone = true;
    else this.#drop();
    this.#state = 'closed';
  };
}
