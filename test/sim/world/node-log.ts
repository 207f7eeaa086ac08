import type { Log, LogFields } from '../../../src/gossip/ports/log.js';

/** Puts what a node logs into the event log of its world. */
export class NodeLog implements Log {
  readonly #write: (kind: string, text: string) => void;

  constructor(write: (kind: string, text: string) => void) {
    this.#write = write;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write('debug', format(message, fields));
  }

  info(message: string, fields?: LogFields): void {
    this.#write('info', format(message, fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.#write('warn', format(message, fields));
  }

  error(message: string, fields?: LogFields): void {
    this.#write('error', format(message, fields));
  }
}

function format(message: string, fields: LogFields = {}): string {
  let text = message;
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) text += ` ${name}=${value}`;
  return text;
}
