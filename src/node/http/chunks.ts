/**
 * Loose chunks that are kept at most: a body may come byte by byte, and each chunk costs far more than a byte. A body of
 * the largest size that comes in chunks as large as they get stays below.
 */
const MAX_LOOSE = 256;

/** The parts of a body, as they come. */
export class Chunks {
  readonly #joined: Buffer[] = [];
  #loose: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many buffers it holds. */
  get count(): number {
    return this.#joined.length + this.#loose.length;
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#loose.push(chunk);
    if (this.#loose.length < MAX_LOOSE) return;
    this.#joined.push(Buffer.concat(this.#loose));
    this.#loose = [];
  }

  /** All of it. Unless it is to be `own`, it may be part of a larger buffer. */
  join(own: boolean): Buffer {
    const chunks = [...this.#joined, ...this.#loose];
    const [first] = chunks;
    if (!own && first !== undefined && chunks.length === 1) return first;
    const bytes = Buffer.allocUnsafeSlow(this.#size);
    let offset = 0;
    for (const chunk of chunks) offset += chunk.copy(bytes, offset);
    return bytes;
  }
}
