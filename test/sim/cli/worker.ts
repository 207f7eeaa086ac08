import type { Job } from './outcome.js';
import { endWithParent } from './parent.js';
import { play } from './play.js';

/** A process that plays the runs it is sent, one at a time, until the process that started it is gone. */
async function work(job: Job): Promise<void> {
  // A run that has nothing left to do ends this way, and does not wait for another message.
  process.channel?.unref();
  const played = await play(job);
  process.channel?.ref();
  process.send?.(played);
}

endWithParent();
process.on('message', (job: Job) => void work(job));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of a terminal: the one that started this one decides.
process.on('SIGINT', () => undefined);
