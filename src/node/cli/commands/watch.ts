import { backoffMs } from '../../../gossip/backoff.js';
import { RepramError } from '../../../gossip/error.js';
import type { ApiClient } from '../../client/api-client.js';
import type { NodeEventKind, StreamEvent } from '../../events/node-event.js';
import { printable } from '../../printable.js';
import { systemRng } from '../../runtime/system-rng.js';
import { clientOf } from '../client.js';
import type { ClientFlags } from '../client-options.js';
import { eventLine } from '../event-line.js';
import { EXIT, SIGNAL_EXIT, type StopSignal } from '../exit-codes.js';
import { type CliIo, say } from '../io.js';

export interface WatchFlags extends ClientFlags {
  readonly kinds?: readonly NodeEventKind[];
}

const RETRY = { baseMs: 500, capMs: 10_000 } as const;

/** The first signal ends the watching in order; that is how it is meant to end. A second one ends the process. */
function untilSignalled(io: CliIo): AbortController {
  const over = new AbortController();
  for (const signal of Object.keys(SIGNAL_EXIT) as StopSignal[]) {
    io.onSignal(signal, () => (over.signal.aborted ? io.exit(SIGNAL_EXIT[signal]) : over.abort()));
  }
  return over;
}

/** Whether asking again can help: the node could not be reached, is shutting down, or has too much to do. */
function isTransient(error: unknown): error is RepramError {
  if (!(error instanceof RepramError) || error.code !== 'REQUEST_FAILED') return false;
  const { status } = error.meta;
  return typeof status !== 'number' || status === 429 || status >= 500;
}

/** Follows one node over as many connections as it takes. */
class Watch {
  readonly #io: CliIo;
  readonly #client: ApiClient;
  readonly #flags: WatchFlags;
  readonly #over: AbortController;
  /** Of the last event that was seen; the next connection goes on after it. */
  #lastId: number | undefined;
  /** Failures since the last event. */
  #attempt = 0;
  /** What the last failure was; said once. */
  #trouble: string | undefined;

  constructor(io: CliIo, flags: WatchFlags) {
    this.#io = io;
    this.#client = clientOf(io, flags);
    this.#flags = flags;
    this.#over = untilSignalled(io);
  }

  async run(): Promise<number> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      const trouble = await this.#follow();
      if (signal.aborted) break;
      if (trouble !== this.#trouble) await say(this.#io, `trying again: ${trouble}`);
      this.#trouble = trouble;
      await this.#io.pause(backoffMs(systemRng, this.#attempt++, RETRY), signal);
    }
    return EXIT.ok;
  }

  /** One connection; why it ended. The first that fails ends the watching: the URL may be wrong. */
  async #follow(): Promise<string> {
    const { signal } = this.#over;
    const query = { signal, since: this.#lastId, ...(this.#flags.kinds && { kinds: this.#flags.kinds }) };
    try {
      for await (const event of this.#client.events(query)) {
        await this.#show(event);
        if (signal.aborted) break;
      }
      return `${this.#client.url} ended the stream`;
    } catch (error) {
      if (this.#lastId === undefined || !isTransient(error)) throw error;
      return printable(error.message);
    }
  }

  async #show(event: StreamEvent): Promise<void> {
    this.#lastId = event.id;
    this.#attempt = 0;
    this.#trouble = undefined;
    const { stdout } = this.#io;
    await stdout.write(this.#flags.json || !stdout.isTty ? `${JSON.stringify(event)}\n` : eventLine(event));
    if (stdout.isClosed) this.#over.abort();
  }
}

/**
 * `watch`: what happens to the members of a node, as it happens, until a signal comes or nobody reads any more. Lines for
 * people on a terminal, JSON lines elsewhere and with `--json`.
 */
export function runWatch(io: CliIo, flags: WatchFlags): Promise<number> {
  return new Watch(io, flags).run();
}
