// A thread that looks whether the parent of its process is still the one given. Nothing of this process can be asked to end
// it: its main thread may never listen again.
import { workerData } from 'node:worker_threads';

const CHECK_MS = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, CHECK_MS);
