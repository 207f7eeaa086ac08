import type { Clock } from './ports/clock.js';

/** What `promise` resolves with, or `undefined` where that takes longer than `ms`. */
export function within<T>(clock: Clock, promise: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(ms, () => resolve(undefined));
    void promise.then((value) => {
      timer.cancel();
      resolve(value);
    });
  });
}
