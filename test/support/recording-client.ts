import type { WriteOutcome } from './history/operation.js';
import type { HistoryRecorder } from './history/recorder.js';
import type { NodeProcess } from './node-process.js';

/** Counts the process starts of nodes, so that what a client is told can be put down to one process. */
export class ProcessStarts {
  readonly #counts = new Map<string, number>();

  /** To be called when the process of the node has ended, before the next one starts. */
  ended(node: NodeProcess): void {
    this.#counts.set(node.id, (this.#counts.get(node.id) ?? 1) + 1);
  }

  current(node: NodeProcess): string {
    return String(this.#counts.get(node.id) ?? 1);
  }
}

/** Any other status says nothing about whether the write happened. */
const OUTCOMES: Readonly<Record<number, Exclude<WriteOutcome, 'unknown'>>> = {
  201: 'quorum',
  202: 'pending',
  429: 'refused',
  503: 'refused',
  507: 'refused',
};

/** Writes to nodes and reads from them over HTTP, and takes down what they answer. Nodes may fail to answer. */
export class RecordingClient {
  readonly #recorder: HistoryRecorder;
  readonly #starts: ProcessStarts;

  constructor(recorder: HistoryRecorder, starts: ProcessStarts) {
    this.#recorder = recorder;
    this.#starts = starts;
  }

  async write(node: NodeProcess, key: string, value: string, ttlSeconds: number): Promise<void> {
    const instance = this.#starts.current(node);
    const write = this.#recorder.beginWrite({ node: node.id, instance, key, value, ttlSeconds });
    const status = await node.put(key, value, ttlSeconds).catch(() => undefined);
    const outcome = status === undefined ? undefined : OUTCOMES[status];
    if (outcome === undefined) return;
    write.end(outcome, { instance: this.#starts.current(node) === instance ? instance : undefined });
  }

  /** The value, or `undefined` where there is none or no answer. */
  async read(node: NodeProcess, key: string): Promise<string | undefined> {
    const instance = this.#starts.current(node);
    const read = this.#recorder.beginRead({ node: node.id, instance, key });
    const answer = await node.text(`/v1/data/${encodeURIComponent(key)}`).catch(() => undefined);
    if (answer === undefined || (answer.status !== 200 && answer.status !== 404)) return undefined;
    const value = answer.status === 200 ? answer.text : undefined;
    if (this.#starts.current(node) === instance) read.end(value);
    return value;
  }
}
