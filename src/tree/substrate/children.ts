import type { ChildSocket } from './child-socket.js';

/**
 * The children there are, attached or leaving, by id. Bounded by `maxChildren`, which admission asks after: whoever takes
 * over an id takes its place as well.
 */
export class Children {
  readonly #byId = new Map<string, ChildSocket>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): ChildSocket | undefined {
    return this.#byId.get(id);
  }

  add(socket: ChildSocket): void {
    this.#byId.set(socket.id, socket);
  }

  /** Whoever takes over an id is added after its predecessor was removed. */
  remove(socket: ChildSocket): void {
    this.#byId.delete(socket.id);
  }

  /** All of them now: what is done with one may change who is among them. */
  all(): readonly ChildSocket[] {
    return [...this.#byId.values()];
  }

  attached(): readonly ChildSocket[] {
    return this.all().filter((socket) => socket.state === 'attached');
  }

  clear(): void {
    this.#byId.clear();
  }
}
