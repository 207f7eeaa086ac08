/** A pending timer. Cancelling a timer that has fired, or twice, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Where core code takes time from: real in a running node, virtual in a simulation. */
export interface Clock {
  /** Wall-clock time in milliseconds since the Unix epoch. May jump in either direction. */
  nowMs(): number;
  /** Milliseconds since an arbitrary origin, never going back. Use it for every duration and deadline. */
  monotonicMs(): number;
  /** Calls `fn` once after `ms` milliseconds of monotonic time. */
  setTimer(ms: number, fn: () => void): Timer;
  /** Resolves after `ms` milliseconds, or as soon as `signal` aborts, whichever is first. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
