/** What came of a run: its value, or what was thrown where nobody could catch it. */
export type Contained<Value> = { readonly value: Value } | { readonly escaped: unknown };

/**
 * Calls `run`, and takes as its end whatever ends first: the promise, an exception that nobody caught, a rejection that
 * nobody handled, or the last thing there was to do. After an escape this process goes on catching what else escapes: the
 * run may still be at work.
 */
export function contained<Value>(run: () => Promise<Value>): Promise<Contained<Value>> {
  return new Promise((resolve) => {
    const onEscape = (escaped: unknown): void => resolve({ escaped });
    const onIdle = (): void => onEscape(new Error('the run waits for something that can no longer happen'));
    const onEnd = (value: Value): void => {
      process.off('uncaughtException', onEscape).off('unhandledRejection', onEscape).off('beforeExit', onIdle);
      resolve({ value });
    };
    process.on('uncaughtException', onEscape).on('unhandledRejection', onEscape).on('beforeExit', onIdle);
    // A rejection counts as unhandled only once the microtasks of its turn are done: it is still this run's.
    run().then((value) => setImmediate(onEnd, value), onEscape);
  });
}
