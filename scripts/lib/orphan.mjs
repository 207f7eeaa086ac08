const CHECK_MS = 500;

/**
 * Calls `fn` once when the process that started this one has ended. npm runs a script through a shell, and passes a signal on
 * to the shell, which ends by it without passing it on. `parent` is its id, for who asks late.
 */
export function whenOrphaned(fn, parent = process.ppid) {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    fn();
  }, CHECK_MS);
  timer.unref();
}
