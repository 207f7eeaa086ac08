import type { Clock, Timer } from '../../gossip/ports/clock.js';
import type { ChildSocket } from './child-socket.js';
import type { Children } from './children.js';

/** How long the socket of a live child has to answer when another one claims its id, in milliseconds. */
export const CONTEST_MS = 2000;

interface Contest {
  readonly incumbent: ChildSocket;
  /** What had come in from the incumbent when it was asked. */
  readonly bytesBefore: number;
  readonly timer: Timer;
  challenger: ChildSocket;
}

/**
 * Sockets that claim the id of a live child. The one there was is asked whether it is alive; it loses its place where
 * nothing comes of it. That is found out even where the challenger does not wait for it: it will come again. A process that
 * opens a second socket has lost the first, and takes its own place at once.
 */
export class Contests {
  readonly #clock: Clock;
  readonly #children: Children;
  /** One for each id, by id: bounded by the children there are. */
  readonly #open = new Map<string, Contest>();

  constructor(clock: Clock, children: Children) {
    this.#clock = clock;
    this.#children = children;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Whether nobody contests this id already. */
  isFree(id: string): boolean {
    const contest = this.#open.get(id);
    return contest === undefined || contest.challenger.state === 'closed';
  }

  begin(challenger: ChildSocket): void {
    const { id } = challenger;
    const contest = this.#open.get(id);
    if (contest !== undefined) {
      contest.challenger = challenger;
      return;
    }
    const incumbent = this.#children.get(id);
    if (incumbent !== undefined && isSameProcess(incumbent, challenger)) incumbent.feed('ousted');
    if (incumbent === undefined || incumbent.state === 'closed') return challenger.feed('rival-gone');
    const timer = this.#clock.setTimer(CONTEST_MS, () => this.#timeOver(id));
    this.#open.set(id, { incumbent, bytesBefore: incumbent.bytesReceived, timer, challenger });
    incumbent.ping();
  }

  answered(socket: ChildSocket): void {
    if (this.#open.get(socket.id)?.incumbent === socket) this.#take(socket.id)?.challenger.feed('rival-alive');
  }

  /** The socket is no child's any more. */
  gone(socket: ChildSocket): void {
    if (this.#open.get(socket.id)?.incumbent === socket) this.#take(socket.id)?.challenger.feed('rival-gone');
  }

  stop(): void {
    for (const { timer } of this.#open.values()) timer.cancel();
    this.#open.clear();
  }

  /** A pong that is stuck behind a large frame is not there yet, but the bytes of that frame are. */
  #timeOver(id: string): void {
    const contest = this.#take(id);
    if (contest === undefined) return;
    const { incumbent, bytesBefore, challenger } = contest;
    if (incumbent.bytesReceived !== bytesBefore) return challenger.feed('rival-alive');
    incumbent.feed('ousted');
    challenger.feed('rival-gone');
  }

  #take(id: string): Contest | undefined {
    const contest = this.#open.get(id);
    contest?.timer.cancel();
    this.#open.delete(id);
    return contest;
  }
}

function isSameProcess({ instance }: ChildSocket, challenger: ChildSocket): boolean {
  return instance !== undefined && instance === challenger.instance;
}
