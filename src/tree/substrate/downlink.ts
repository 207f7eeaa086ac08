import type { Clock } from '../../gossip/ports/clock.js';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import type { Self } from '../../gossip/self.js';
import type { PutMessage } from '../../gossip/wire/message.js';
import { versionOf } from '../../gossip/wire/message-id.js';
import type { PutFrame } from '../frame.js';
import type { Mesh } from '../ports/mesh.js';
import type { ChildSocket } from './child-socket.js';
import type { Children } from './children.js';
import type { SendQueues } from './send-queues.js';
import { SentDown } from './sent-down.js';

interface DownlinkParts {
  readonly mesh: Mesh;
  readonly children: Children;
  readonly queues: SendQueues;
}

/** The way of writes down to the children. */
export class Downlink {
  readonly #self: Self;
  readonly #parts: DownlinkParts;
  readonly #sent: SentDown;
  readonly #copies: Counter;

  constructor(ports: { readonly clock: Clock; readonly metrics: Metrics }, self: Self, parts: DownlinkParts) {
    this.#self = self;
    this.#parts = parts;
    this.#sent = new SentDown(ports);
    this.#copies = ports.metrics.counter('repram_tree_writes_down_total', 'Copies of writes sent down to children.');
  }

  /**
   * Sends a write down to the children of its enclave, once. Left out are `origin`, where it came from; who has written
   * it, and was another node's child then; and who is a member, and has it from its origin. A child that takes leave is
   * not: nothing else may reach it before it has moved.
   */
  spread(put: PutMessage, origin?: string): void {
    const targets = this.#targets(put, origin);
    if (targets.length === 0 || !this.#sent.add(put.messageId)) return;
    const frame: PutFrame = { type: 'put', message: withoutReply(put) };
    for (const child of targets) child.send(frame);
    this.#copies.inc(targets.length);
    this.#parts.queues.relieve();
  }

  #targets(put: PutMessage, origin: string | undefined): readonly ChildSocket[] {
    const { children, mesh } = this.#parts;
    if (children.size === 0) return [];
    const enclave = put.enclave ?? this.#self.enclave;
    const writer = versionOf(put).version.origin;
    const isLeftOut = (id: string): boolean => id === origin || id === writer || mesh.isLiveMember(id);
    return children.all().filter((child) => child.enclave === enclave && !isLeftOut(child.id));
  }
}

/** Whoever takes a write from a socket answers on that socket, if at all. */
export function withoutReply(put: PutMessage): PutMessage {
  const { wantsReply: _, ...message } = put;
  return message;
}
