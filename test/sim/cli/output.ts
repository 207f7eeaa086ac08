/** What is printed to. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Lines of text, in colour where somebody looks on and wants it. */
export class Output {
  readonly #sink: Sink;
  readonly #isColoured: boolean;

  constructor(sink: Sink, environment: Readonly<Record<string, string | undefined>> = process.env) {
    this.#sink = sink;
    // See https://no-color.org.
    this.#isColoured = sink.isTTY === true && (environment['NO_COLOR'] ?? '') === '';
  }

  line(text: string): void {
    this.#sink.write(`${text}\n`);
  }

  paint(code: string, text: string): string {
    return this.#isColoured ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
