import type { Sink } from './output.js';

const EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[K';

/** A line that is written over again and again; nothing where nobody looks on. */
export class ProgressLine {
  readonly #sink: Sink;
  #shownMs = Number.NEGATIVE_INFINITY;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  show(text: () => string): void {
    if (this.#sink.isTTY !== true || performance.now() - this.#shownMs < EVERY_MS) return;
    this.#shownMs = performance.now();
    this.#sink.write(`${CLEAR_LINE}${text()}`);
  }

  /** Makes room for other lines. */
  clear(): void {
    if (this.#sink.isTTY !== true || this.#shownMs === Number.NEGATIVE_INFINITY) return;
    this.#shownMs = Number.NEGATIVE_INFINITY;
    this.#sink.write(CLEAR_LINE);
  }
}
