import type { HostPort } from '../../src/gossip/address.js';
import type { Clock } from '../../src/gossip/ports/clock.js';
import type { BootstrapOutcome, ReplicaOutcome, SendOutcome, Transport } from '../../src/gossip/ports/transport.js';
import type { ReplicaAnswer, ReplicaOp, ReplicaRequest } from '../../src/gossip/replica/request.js';
import type { BootstrapRequest } from '../../src/gossip/wire/bootstrap.js';
import type { Message } from '../../src/gossip/wire/message.js';

export interface Sent<M extends Message = Message> {
  readonly atMs: number;
  readonly to: HostPort;
  readonly message: M;
  readonly timeoutMs: number;
}

export interface Asked {
  readonly atMs: number;
  readonly to: HostPort;
  readonly request: ReplicaRequest;
  readonly timeoutMs: number;
}

/** A transport whose every outcome a test decides, and which remembers what was sent. */
export class ScriptedTransport implements Transport {
  onConnectionLost: ((address: HostPort) => void) | undefined;
  readonly sent: Sent[] = [];
  readonly asked: HostPort[] = [];
  readonly questions: Asked[] = [];
  readonly forgotten: HostPort[] = [];
  /** Decides each send. */
  onSend: (to: HostPort, message: Message, timeoutMs: number) => SendOutcome | Promise<SendOutcome> = () => ({
    kind: 'ok',
  });
  /** Decides each request to join. */
  onBootstrap: (seed: HostPort, request: BootstrapRequest) => BootstrapOutcome | Promise<BootstrapOutcome> = () => ({
    kind: 'failed',
    reason: 'refused',
  });
  /** Decides each question. */
  onAsk: (to: HostPort, request: ReplicaRequest, timeoutMs: number) => ReplicaOutcome | Promise<ReplicaOutcome> =
    () => ({
      kind: 'refused',
    });
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(to: HostPort, message: Message, timeoutMs: number): Promise<SendOutcome> {
    this.sent.push({ atMs: this.#clock.monotonicMs(), to, message, timeoutMs });
    return this.onSend(to, message, timeoutMs);
  }

  async ask<Op extends ReplicaOp>(
    to: HostPort,
    request: ReplicaRequest<Op>,
    timeoutMs: number,
  ): Promise<ReplicaOutcome<Op>> {
    this.questions.push({ atMs: this.#clock.monotonicMs(), to, request, timeoutMs });
    const outcome = await this.onAsk(to, request, timeoutMs);
    if (outcome.kind !== 'ok') return outcome;
    if (outcome.answer.op !== request.op) return { kind: 'unreadable' };
    return { kind: 'ok', answer: outcome.answer as ReplicaAnswer<Op> };
  }

  async bootstrap(seed: HostPort, request: BootstrapRequest): Promise<BootstrapOutcome> {
    this.asked.push(seed);
    return this.onBootstrap(seed, request);
  }

  forget(address: HostPort): void {
    this.forgotten.push(address);
  }

  /** What was sent of one type, to one host where it is given. */
  of<Type extends Message['type']>(type: Type, host?: string): Sent<Extract<Message, { type: Type }>>[] {
    return this.sent.filter(
      (sent): sent is Sent<Extract<Message, { type: Type }>> =>
        sent.message.type === type && (host === undefined || sent.to.host === host),
    );
  }
}
