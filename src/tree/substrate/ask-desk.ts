import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { ReplicaReply, ReplicaRequest } from '../../gossip/replica/request.js';
import type { Self } from '../../gossip/self.js';
import { decodeReplicaRequest, encodeReplicaAnswer } from '../../gossip/wire/replica-codec.js';
import { ANSWER_STATUSES, type AnswerStatus, type AskFrame } from '../frame.js';
import type { Mesh } from '../ports/mesh.js';
import type { ChildSocket } from './child-socket.js';
import type { SendQueues } from './send-queues.js';

/** Most questions of one child that are not answered yet. */
export const MAX_QUESTIONS_UNDER_WAY = 64;

interface Answer {
  readonly status: AnswerStatus;
  readonly body: Uint8Array;
}

const EMPTY = new Uint8Array();
const REFUSED: Answer = { status: 'refused', body: EMPTY };

interface AskDeskParts {
  readonly mesh: Mesh;
  readonly queues: SendQueues;
}

/** Where the questions of children are answered: each gets its answer, and be it that it has none. */
export class AskDesk {
  readonly #clock: Clock;
  readonly #self: Self;
  readonly #parts: AskDeskParts;
  readonly #answered: Readonly<Record<AnswerStatus, Counter>>;
  readonly #excessive: Counter;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, self: Self, parts: AskDeskParts) {
    this.#clock = ports.clock;
    this.#self = self;
    this.#parts = parts;
    const answered = (status: AnswerStatus): [AnswerStatus, Counter] => [
      status,
      ports.metrics.counter('repram_tree_questions_total', 'Questions of children, by the status of the answer.', {
        status,
      }),
    ];
    this.#answered = Object.fromEntries(ANSWER_STATUSES.map(answered)) as Record<AnswerStatus, Counter>;
    this.#excessive = ports.metrics.counter(
      'repram_tree_questions_excessive_total',
      'Questions refused because as many of the child were under way as may be.',
    );
  }

  receive(child: ChildSocket, ask: AskFrame): void {
    if (child.questionsUnderWay >= MAX_QUESTIONS_UNDER_WAY) {
      this.#excessive.inc();
      return this.#reply(child, ask.id, REFUSED);
    }
    const request = this.#requestOf(child, ask);
    if (request === undefined) return this.#reply(child, ask.id, REFUSED);
    if (ask.kind === 'replica') this.#reply(child, ask.id, this.#ofReplica(request));
    else if (request.op === 'read') void this.#read(child, ask.id, request.key);
    else this.#reply(child, ask.id, REFUSED);
  }

  /** A child asks in its own name, about its own enclave, and only one of this implementation does. */
  #requestOf(child: ChildSocket, { body }: AskFrame): ReplicaRequest | undefined {
    if (!child.isOurs || child.enclave !== this.#self.enclave) return undefined;
    const result = decodeReplicaRequest(body);
    if (!result.ok) return undefined;
    const { request } = result;
    return request.from === child.id && request.enclave === child.enclave ? request : undefined;
  }

  #ofReplica(request: ReplicaRequest): Answer {
    const answer = this.#parts.mesh.answer(request);
    return answer === undefined ? REFUSED : { status: 'ok', body: encodeReplicaAnswer(answer) };
  }

  async #read(child: ChildSocket, id: number, key: string): Promise<void> {
    child.questionsUnderWay++;
    const outcome = await this.#parts.mesh.read(key);
    child.questionsUnderWay--;
    if (outcome.kind === 'unreached' || outcome.kind === 'overloaded') {
      return this.#reply(child, id, { status: outcome.kind, body: EMPTY });
    }
    const found: ReplicaReply<'read'> =
      outcome.kind === 'found' ? { op: 'read', entry: outcome.entry } : { op: 'read' };
    this.#reply(child, id, { status: 'ok', body: this.#encode(found) });
  }

  #encode(reply: ReplicaReply<'read'>): Uint8Array {
    const { id, instance } = this.#self;
    return encodeReplicaAnswer<'read'>({ ...reply, from: id, instance, sentMs: this.#clock.nowMs() });
  }

  #reply(child: ChildSocket, id: number, { status, body }: Answer): void {
    this.#answered[status].inc();
    child.send({ type: 'answer', id, status, body });
    this.#parts.queues.relieve();
  }
}
