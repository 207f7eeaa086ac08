/** What an oracle reads of a frame of the tree; empty text and undefined where it is absent. */
export interface WireFrame {
  readonly type: string;
  /** Of a write, an acknowledgement, a question. */
  readonly messageId: string;
  /** The value of a write. */
  readonly data: Uint8Array | undefined;
  /** The enclave that a write names. */
  readonly enclave: string;
}

type CborMap = Readonly<Record<string, unknown>>;

/** A frame goes to many in the same bytes: they are read once. */
const read = new WeakMap<Uint8Array, WireFrame | undefined>();

/** Reads a frame of two nodes of ours without the node's own decoder. `undefined` where it is none. */
export function readFrame(data: string | Uint8Array): WireFrame | undefined {
  if (typeof data === 'string') return undefined;
  if (!read.has(data)) read.set(data, frameOf(data));
  return read.get(data);
}

function frameOf(data: Uint8Array): WireFrame | undefined {
  const frame = mapIn(data);
  const payload = frame?.['p'];
  if (frame === undefined || !(payload instanceof Uint8Array)) return undefined;
  const fields = mapIn(payload) ?? {};
  const { data: value } = fields;
  return {
    type: textOf(frame['t']),
    messageId: textOf(fields['message_id']),
    data: value instanceof Uint8Array ? value : undefined,
    enclave: textOf((fields['x'] as CborMap | undefined)?.['enclave']),
  };
}

/** CBOR carries text as bytes here. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString() : '';
}

function mapIn(bytes: Uint8Array): CborMap | undefined {
  try {
    const value = new Cbor(bytes).value();
    return typeof value === 'object' && value !== null ? (value as CborMap) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** As much of CBOR (RFC 8949) as frames are made of: nothing of indefinite length, no tags. */
class Cbor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * The next value.
   *
   * @throws RangeError where the bytes end before it does, or say what frames do not
   */
  value(): unknown {
    const head = this.#bytes.readUInt8(this.#at++);
    const [major, info] = [head >> 5, head & 31];
    if (major === 7) return this.#simple(info);
    const length = this.#length(info);
    switch (major) {
      case 0:
        return length;
      case 1:
        return -1 - length;
      case 2:
        return this.#take(length);
      case 3:
        return this.#take(length).toString();
      case 4:
        return Array.from({ length }, () => this.value());
      case 5:
        return Object.fromEntries(Array.from({ length }, () => [String(this.value()), this.value()]));
      default:
        throw new RangeError('a tag');
    }
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('beyond the end');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #length(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#take(1).readUInt8();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info === 27) return Number(this.#take(8).readBigUInt64BE());
    throw new RangeError('no definite length');
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21;
    if (info === 25) return this.#take(2);
    if (info === 26) return this.#take(4).readFloatBE();
    if (info === 27) return this.#take(8).readDoubleBE();
    return undefined;
  }
}
