const CODE = /^[A-Z][A-Z0-9_]{1,40}$/;

/** The code of what the platform threw, such as `ECONNREFUSED`; its text may come from the network and stays out. */
export function platformCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (CODE.test(code)) return code;
  return error.name === 'TimeoutError' ? 'ETIMEDOUT' : 'UNKNOWN';
}
