import { SIGNAL_EXIT, type StopSignal } from './exit-codes.js';
import type { CliIo } from './io.js';

/** Resolves at the first signal. From then on a signal ends the process at once. */
export function firstSignal(io: CliIo): Promise<void> {
  return new Promise((resolve) => {
    let isStopping = false;
    for (const signal of Object.keys(SIGNAL_EXIT) as StopSignal[]) {
      io.onSignal(signal, () => {
        if (isStopping) io.exit(SIGNAL_EXIT[signal]);
        isStopping = true;
        resolve();
      });
    }
  });
}
