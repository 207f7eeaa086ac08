import type { WireMessage } from '../wire/message.js';

/** How a recorder behaves as a peer; changed by checks while it runs. */
export interface Conduct {
  /** Whether requests are answered at all; where not, the connection stays open. */
  answers: boolean;
  /** Whether a PUT is answered with an ACK. */
  acknowledges: boolean;
  /** Whether a PING is answered with a PONG. */
  pongs: boolean;
  /** The HTTP status of the answer to a message. Only a message answered 200 is acted upon. */
  status(message: WireMessage): number;
  /** Called with every message that was answered 200. */
  onMessage(message: WireMessage): void;
}

export function politeConduct(): Conduct {
  return { answers: true, acknowledges: true, pongs: true, status: () => 200, onMessage: () => undefined };
}
