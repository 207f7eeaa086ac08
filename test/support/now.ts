/** What is there at once, and not promised. */
export function now<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('not there yet');
  return value;
}
