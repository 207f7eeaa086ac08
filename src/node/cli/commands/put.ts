import { createReadStream } from 'node:fs';
import { RepramError } from '../../../gossip/error.js';
import { MAX_VALUE_BYTES } from '../../../gossip/wire/limits.js';
import { clientOf } from '../client.js';
import type { ClientFlags } from '../client-options.js';
import { EXIT } from '../exit-codes.js';
import { type CliIo, say } from '../io.js';

export interface PutFlags extends ClientFlags {
  readonly file?: string;
  /** Seconds. */
  readonly ttl?: number;
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > MAX_VALUE_BYTES)
      throw new RepramError('BAD_USAGE', `a value has at most ${MAX_VALUE_BYTES} bytes (10 MiB)`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function readValue(io: CliIo, value: string | undefined, file: string | undefined): Promise<Uint8Array> {
  if (value !== undefined && file !== undefined) {
    throw new RepramError('BAD_USAGE', 'give the value as an argument or with --file, not both');
  }
  if (file !== undefined && file !== '-') return readAll(createReadStream(file));
  if (value !== undefined && value !== '-') return readAll(asSource(Buffer.from(value)));
  if (value === undefined && file === undefined && io.stdin.isTty) {
    throw new RepramError('BAD_USAGE', 'give a value, --file FILE, or - to type it in and end it with Ctrl-D');
  }
  return readAll(io.stdin);
}

async function* asSource(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** `put`: writes a value and says whether a quorum holds it. */
export async function runPut(io: CliIo, key: string, value: string | undefined, flags: PutFlags): Promise<number> {
  const client = clientOf(io, flags);
  const bytes = await readValue(io, value, flags.file);
  const outcome = await client.put(key, bytes, { ttlSeconds: flags.ttl });
  if (outcome === 'pending') {
    await say(io, `${client.url} holds the value, but its quorum had not confirmed it when the write timed out (202)`);
  }
  await io.stdout.write(flags.json ? `${JSON.stringify({ key, size: bytes.length, outcome })}\n` : `${outcome}\n`);
  return EXIT.ok;
}
