/** A command line that cannot be understood: names the flag and what is allowed. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
