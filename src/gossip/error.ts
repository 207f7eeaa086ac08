/** Every failure this project raises on its own account. */
export type RepramErrorCode =
  | 'BAD_CONFIG'
  | 'BAD_USAGE'
  | 'CANNOT_BIND'
  | 'NO_ROOT_LIST'
  | 'REQUEST_FAILED'
  | 'NOT_FOUND';

/**
 * An error with a stable code, the facts that explain it, and what caused it. Messages are for people, codes for code.
 */
export class RepramError extends Error {
  readonly code: RepramErrorCode;
  readonly meta: Readonly<Record<string, unknown>>;

  constructor(
    code: RepramErrorCode,
    message: string,
    details: { readonly meta?: Readonly<Record<string, unknown>>; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RepramError';
    this.code = code;
    this.meta = details.meta ?? {};
  }
}
