import type { HostPort } from '../../gossip/address.js';
import type { Clock } from '../../gossip/ports/clock.js';
import type { Metrics } from '../../gossip/ports/metrics.js';
import type { Self } from '../../gossip/self.js';
import type { PingMessage } from '../../gossip/wire/message.js';
import type { AskKind, Frame, WelcomeFrame } from '../frame.js';
import { CLOSE } from '../ports/link.js';
import { Heartbeat } from './heartbeat.js';
import type { Line, LossCause, Target } from './line.js';
import { type Answer, Questions } from './questions.js';

/** Who a parent is. */
export interface ParentInfo {
  readonly id: string;
  /** Where it was dialled. */
  readonly address: HostPort;
  /** Whether it is a node of this implementation. */
  readonly isOurs: boolean;
  /** `undefined` where an older node does not list itself. */
  readonly enclave: string | undefined;
}

export interface ParentListener {
  /** A frame came that is neither an answer nor a ping. Of a parent that was left, a write or an acknowledgement. */
  heard(parent: Parent, frame: Frame): void;
  /** The socket ended, or is as good as that. Not after `leave`. */
  lost(parent: Parent, cause: LossCause): void;
}

interface ParentPorts {
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** The node this one is attached to: its socket, from the welcome to the end. */
export class Parent {
  readonly info: ParentInfo;
  /** Resolves when the socket has ended. */
  readonly closed: Promise<void>;
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #line: Line;
  readonly #listener: ParentListener;
  readonly #heartbeat: Heartbeat;
  readonly #questions: Questions;
  #resolveClosed: () => void = () => undefined;
  #isLeft = false;

  constructor(
    ports: ParentPorts,
    self: Self,
    parts: { readonly line: Line; readonly welcome: WelcomeFrame; readonly listener: ParentListener },
  ) {
    const { line, welcome, listener } = parts;
    this.info = infoOf(line, welcome);
    this.#clock = ports.clock;
    this.#self = self;
    this.#line = line;
    this.#listener = listener;
    this.#heartbeat = new Heartbeat(ports.clock, line, () => this.#end('silent'));
    this.#questions = new Questions(ports, { send: (frame) => line.send(frame) });
    this.closed = new Promise((resolve) => {
      line.listen({
        frame: (frame) => this.#heard(frame),
        fault: () => this.#end('unreadable'),
        closed: () => this.#end('closed'),
      });
      this.#resolveClosed = resolve;
    });
    this.#heartbeat.start();
  }

  /** What was dialled. */
  get target(): Target {
    return this.#line.target;
  }

  /** Bytes on their way to it that the network has not taken yet. */
  get bytesQueued(): number {
    return this.#line.bytesQueued;
  }

  send(frame: Frame): void {
    this.#line.send(frame);
  }

  /** Asks one question, and waits `timeoutMs` for its answer. Never rejects. */
  ask(kind: AskKind, body: Uint8Array, timeoutMs: number): Promise<Answer> {
    return this.#questions.ask(kind, body, timeoutMs);
  }

  /** Says goodbye and closes. What is under way either way arrives until the socket has ended. */
  leave(): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#heartbeat.stop();
    this.#line.send({ type: 'goodbye', reason: 'leaving', alternatives: [] });
    this.#line.close(CLOSE.normal, '');
  }

  #heard(frame: Frame): void {
    if (frame.type === 'answer') this.#questions.answered(frame);
    else if (this.#isLeft) this.#heardLast(frame);
    else if (frame.type === 'ping') this.#pong(frame.message);
    else this.#listener.heard(this, frame);
  }

  #heardLast(frame: Frame): void {
    if (frame.type === 'put' || frame.type === 'ack') this.#listener.heard(this, frame);
  }

  /** Where it was left, only the end of its socket is waited for. */
  #end(cause: LossCause): void {
    if (this.#isLeft && cause === 'unreadable') return;
    this.#heartbeat.stop();
    this.#questions.end();
    this.#resolveClosed();
    if (this.#isLeft) return;
    this.#isLeft = true;
    if (cause === 'silent') this.#line.terminate();
    if (cause === 'unreadable') this.#line.drop(CLOSE.policy, 'unreadable frame');
    this.#listener.lost(this, cause);
  }

  #pong({ from, messageId }: PingMessage): void {
    const timestampS = Math.floor(this.#clock.nowMs() / 1000);
    this.send({ type: 'pong', message: { type: 'PONG', from: this.#self.id, timestampS, messageId, to: from } });
  }
}

/** A parent of this implementation lists itself. An older one does not: what was known of the candidate holds. */
function infoOf({ target }: Line, { parentId, topology, extension }: WelcomeFrame): ParentInfo {
  const listed = topology.find(({ id }) => id === parentId);
  const known = target.id === parentId ? target.enclave : undefined;
  return {
    id: parentId,
    address: target.address,
    isOurs: extension !== undefined,
    enclave: listed?.enclave ?? known,
  };
}
