import { requestBytes } from '../hostile/input.js';
import { exchange, type RawAnswer } from './raw-connection.js';

interface Request {
  /** Whole fields, such as `X-TTL: 300`. */
  readonly headers?: readonly string[];
  readonly body?: string | Uint8Array;
}

/** One request over a connection of its own. Throws where no answer comes. */
export async function ask(port: number, method: string, target: string, request: Request = {}): Promise<RawAnswer> {
  const bytes = requestBytes(method, target, request.body ?? '', request.headers);
  const answer = await exchange(port, bytes, { head: method === 'HEAD' });
  if (typeof answer === 'string') throw new Error(`${method} ${target}: ${answer}`);
  return answer;
}

/** The body of an answer, read as JSON. */
export function json(answer: RawAnswer): Record<string, unknown> {
  return JSON.parse(answer.body.toString()) as Record<string, unknown>;
}
