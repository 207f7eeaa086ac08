import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connection {
  /** Requests begun and not answered to the end. */
  owed: number;
  /** The request begun last. */
  last: IncomingMessage | undefined;
  /** What waits for its turn to answer. */
  waiting: (() => void) | undefined;
  /** It speaks another protocol now, or is about to. */
  isUpgraded: boolean;
  /** Called as each answer ends. One for all requests of a connection: it is on the path of every read. */
  readonly answered: () => void;
}

/**
 * Whether everything before the bytes read now is answered. A request whose own body they belong to is not before them.
 */
function isAnswered({ owed, last }: Connection): boolean {
  return owed === 0 || (owed === 1 && last?.complete === false);
}

/** Whether HTTP has nothing to do with a connection any more. */
export function isUpgraded(connection: Connection): boolean {
  return connection.isUpgraded;
}

/** The open connections, and how many answers each is owed. Bounded by the server's `maxConnections`. */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  #closing = false;

  get size(): number {
    return this.#open.size;
  }

  add(socket: Socket): void {
    const connection: Connection = {
      owed: 0,
      last: undefined,
      waiting: undefined,
      isUpgraded: false,
      answered: () => this.#answered(socket, connection),
    };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#open.delete(socket));
  }

  /** A request has come in, and `res` is going to answer it. */
  owe(req: IncomingMessage, res: ServerResponse): void {
    const connection = this.#open.get(req.socket);
    if (connection === undefined) return;
    connection.owed++;
    connection.last = req;
    res.on('close', connection.answered);
  }

  /**
   * Calls `act` once what came before on the connection is answered: now, unless requests are pipelined. Answers go out
   * in the order of their requests (RFC 9112 section 9.3.2).
   */
  afterAnswers(socket: Socket, act: () => void): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || isAnswered(connection)) act();
    else connection.waiting ??= act;
  }

  /** From now on the connection is another's, who ends it. */
  upgrade(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.isUpgraded = true;
  }

  /**
   * Ends every connection: those that are owed nothing now, the others as soon as they have their answers. Those that
   * were upgraded are left alone.
   */
  close(): void {
    this.#closing = true;
    for (const [socket, connection] of this.#open) {
      if (connection.owed === 0 && !connection.isUpgraded) socket.destroySoon();
    }
  }

  /** Cuts every connection, or those that are chosen. */
  destroy(isChosen: (connection: Connection) => boolean = () => true): void {
    for (const [socket, connection] of this.#open) if (isChosen(connection)) socket.destroy();
  }

  #answered(socket: Socket, connection: Connection): void {
    connection.owed--;
    if (connection.owed === 0) connection.last = undefined;
    if (isAnswered(connection)) connection.waiting?.();
    if (this.#closing && connection.owed === 0) socket.destroySoon();
  }
}
