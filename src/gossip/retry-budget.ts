import type { Message } from './wire/message.js';

/** Most messages that wait to be sent to one member again. */
export const MAX_WAITING_MESSAGES = 1024;

/** Most bytes of values in them: a few of the largest. */
export const MAX_WAITING_BYTES: number = 64 * 1024 * 1024;

interface Waiting {
  messages: number;
  bytes: number;
}

/**
 * Bounds what waits for busy members: one that asks everybody to slow down must not make its peers hoard what it does
 * not take. Holds an entry only for members something waits for.
 */
export class RetryBudget {
  readonly #waiting = new Map<string, Waiting>();

  /** Whether the message may wait for the member; if so, give it back with `release`. */
  take(memberId: string, message: Message): boolean {
    const waiting = this.#waiting.get(memberId) ?? { messages: 0, bytes: 0 };
    const bytes = waiting.bytes + sizeOf(message);
    const fits = waiting.messages === 0 || (waiting.messages < MAX_WAITING_MESSAGES && bytes <= MAX_WAITING_BYTES);
    if (fits) this.#waiting.set(memberId, { messages: waiting.messages + 1, bytes });
    return fits;
  }

  release(memberId: string, message: Message): void {
    const waiting = this.#waiting.get(memberId);
    if (waiting === undefined) return;
    if (waiting.messages === 1) this.#waiting.delete(memberId);
    else this.#waiting.set(memberId, { messages: waiting.messages - 1, bytes: waiting.bytes - sizeOf(message) });
  }
}

function sizeOf(message: Message): number {
  return message.type === 'PUT' ? message.data.byteLength : 0;
}
