const CHECK_MS = 500;

/** Ends this process, and by that its nodes, soon after the one that started it. */
export function endWithParent(): void {
  const parent = process.ppid;
  const check = () => {
    if (process.ppid !== parent) process.exit(1);
  };
  setInterval(check, CHECK_MS).unref();
}
