import type { SendOutcome } from '../../gossip/ports/transport.js';

const KINDS = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  EADDRNOTAVAIL: 'refused',
  EACCES: 'refused',
  EPERM: 'refused',
  EAI_AGAIN: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
} as const;

/** What an error of the HTTP client says about the send. Whatever breaks a connection counts as a reset. */
export function outcomeOfError(error: unknown): SendOutcome {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return { kind: isKnown(code) ? KINDS[code] : 'reset' };
}

function isKnown(code: string): code is keyof typeof KINDS {
  return Object.hasOwn(KINDS, code);
}

/** What a status says about the send (wire v1: anything but 200 is a failed send; 429 means slow down). */
export function outcomeOfStatus(status: number, retryAfter: string | undefined): SendOutcome {
  if (status === 200) return { kind: 'ok' };
  if (status === 429 || status === 503) return { kind: 'busy', retryAfterMs: retryAfterMs(retryAfter) };
  if (status === 421) return { kind: 'misdirected' };
  return { kind: 'rejected', status };
}

/** `Retry-After` in its form of whole seconds (RFC 9110 section 10.2.3), at most a minute. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Math.min(Number(header), 60) * 1000 : undefined;
}
