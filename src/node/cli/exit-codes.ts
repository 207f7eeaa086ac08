import { RepramError, type RepramErrorCode } from '../../gossip/error.js';

/** What the process ends with. 69 and 78 are those of sysexits.h (EX_UNAVAILABLE, EX_CONFIG). */
export const EXIT = { ok: 0, failure: 1, usage: 2, cannotBind: 69, noRootList: 69, badConfig: 78 } as const;

/** By convention, 128 and the number of the signal. */
export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;
export type StopSignal = keyof typeof SIGNAL_EXIT;

const EXIT_BY_ERROR: Readonly<Record<RepramErrorCode, number>> = {
  BAD_CONFIG: EXIT.badConfig,
  BAD_USAGE: EXIT.usage,
  CANNOT_BIND: EXIT.cannotBind,
  NO_ROOT_LIST: EXIT.noRootList,
  REQUEST_FAILED: EXIT.failure,
  NOT_FOUND: EXIT.failure,
};

/** The exit code of whatever was thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof RepramError ? (EXIT_BY_ERROR[error.code] ?? EXIT.failure) : EXIT.failure;
}
