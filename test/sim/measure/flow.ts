import type { HostAnswer, Machine } from '../world/machine.js';
import type { Exchange, ExchangeResult } from '../world/network.js';
import type { WorldObserver } from '../world/observer.js';
import { ANSWER_HEAD_BYTES, REQUEST_HEAD_BYTES } from './http-heads.js';

/** The bytes that went into each machine and out of it, HTTP heads included. */
export class Flow implements WorldObserver {
  /** Bounded by the machines of the run. */
  readonly #in = new Map<Machine, number>();
  readonly #out = new Map<Machine, number>();

  sent({ from, request }: Exchange): void {
    add(this.#out, from, REQUEST_HEAD_BYTES + request.body.byteLength);
  }

  taken({ request }: Exchange, by: Machine, answer: HostAnswer): void {
    add(this.#in, by, REQUEST_HEAD_BYTES + request.body.byteLength);
    add(this.#out, by, ANSWER_HEAD_BYTES + answer.body.byteLength);
  }

  concluded({ from }: Exchange, result: ExchangeResult): void {
    if ('answer' in result) add(this.#in, from, ANSWER_HEAD_BYTES + result.answer.body.byteLength);
  }

  into(machine: Machine): number {
    return this.#in.get(machine) ?? 0;
  }

  outOf(machine: Machine): number {
    return this.#out.get(machine) ?? 0;
  }
}

function add(sums: Map<Machine, number>, machine: Machine, bytes: number): void {
  sums.set(machine, (sums.get(machine) ?? 0) + bytes);
}
