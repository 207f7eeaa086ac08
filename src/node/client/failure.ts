import { RepramError } from '../../gossip/error.js';
import { printable } from '../printable.js';
import { BodyTooLong, type HttpAnswer } from './http.js';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is a node running there?',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be looked up now',
  EPIPE: 'the connection broke',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_BODY_TIMEOUT: 'nothing has come for too long',
  UND_ERR_SOCKET: 'the connection broke before the answer was complete',
};

const MAX_ANSWER_TEXT = 200;

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return printable(String(error));
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  if (error instanceof BodyTooLong) return error.message;
  const code = codeOf(error);
  if (code.startsWith('HPE_')) return 'what answers there does not speak HTTP';
  return REASONS[code] ?? printable(error.message);
}

/** No answer was had. `url` is what the user would have to change. */
export function unreachable(url: string, error: unknown, timeoutMs: number): RepramError {
  return new RepramError('REQUEST_FAILED', `cannot reach ${url}: ${reasonOf(error, timeoutMs)}`, {
    meta: { url },
    cause: error,
  });
}

/** The node answered, but not with what was asked for. */
export function refused(url: string, answer: Pick<HttpAnswer, 'status' | 'body'>): RepramError {
  const text = Buffer.from(answer.body.subarray(0, MAX_ANSWER_TEXT)).toString().trim();
  const explanation = text === '' || text.startsWith('<') ? '' : `: ${printable(text)}`;
  return new RepramError('REQUEST_FAILED', `${url} answered ${answer.status}${explanation}`, {
    meta: { url, status: answer.status },
  });
}

/** The answer is not what a node says. */
export function notANode(url: string, path: string): RepramError {
  return new RepramError('REQUEST_FAILED', `${url} does not answer ${path} as a REPRAM node does`, { meta: { url } });
}
