import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { StreamEvent } from '../../src/node/events/node-event.js';
import { CLI } from './node-process.js';

/** `repram-node watch` in a process of its own, of which a test waits for the events it prints. */
export class WatchProcess {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterableIterator<string>;

  constructor(url: string, ...flags: readonly string[]) {
    const args = [CLI, 'watch', '--url', url, ...flags];
    this.#child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** The next event that is printed; none where the process ends instead. */
  async next(): Promise<StreamEvent | undefined> {
    const { done, value } = await this.#lines.next();
    return done ? undefined : (JSON.parse(value) as StreamEvent);
  }

  /** The events up to the first that is meant, this one included. Rejects where the process ends before. */
  async until(isMeant: (event: StreamEvent) => boolean): Promise<StreamEvent[]> {
    const seen: StreamEvent[] = [];
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new Error(`watch ended after ${seen.map(({ kind }) => kind).join(', ')}`);
      seen.push(event);
      if (isMeant(event)) return seen;
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code, or the signal that ended it. */
  async exited(): Promise<number | NodeJS.Signals> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode ?? child.signalCode ?? 0;
  }

  /** Ends the process at once, however it is. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited();
  }
}
