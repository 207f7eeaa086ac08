import type { Readable } from 'node:stream';

const MAX_CHARS = 16 * 1024;

/** The last 16 Ki characters a process printed. */
export class LogTail {
  #text = '';

  follow(stream: Readable | null): void {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      this.#text = (this.#text + chunk).slice(-MAX_CHARS);
    });
  }

  lastLines(count: number): string {
    return this.#text.trimEnd().split('\n').slice(-count).join('\n');
  }
}
