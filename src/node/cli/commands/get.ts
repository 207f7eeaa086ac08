import { writeFile } from 'node:fs/promises';
import { RepramError } from '../../../gossip/error.js';
import type { Consistency, StoredValue } from '../../client/api-client.js';
import { quoted } from '../../printable.js';
import { clientOf } from '../client.js';
import type { ClientFlags } from '../client-options.js';
import { EXIT } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { renderTable } from '../table.js';

export interface GetFlags extends ClientFlags {
  readonly output?: string;
  readonly meta?: true;
  readonly consistency?: Consistency;
}

function metadata(key: string, value: StoredValue): Readonly<Record<string, string | number | null>> {
  return {
    key,
    size: value.bytes.length,
    created_at: value.createdAt ?? null,
    original_ttl: value.originalTtlSeconds ?? null,
    remaining_ttl: value.remainingTtlSeconds ?? null,
  };
}

/**
 * `get`: the value, byte for byte, to stdout or a file. `--json` puts one object on stdout instead, with the value in
 * base64 unless it went to a file; `--meta` adds what is known about the value on stderr.
 */
export async function runGet(io: CliIo, key: string, flags: GetFlags): Promise<number> {
  const client = clientOf(io, flags);
  const value = await client.get(key, { consistency: flags.consistency });
  if (value === undefined) {
    throw new RepramError(
      'NOT_FOUND',
      `no value for ${quoted(key)} at ${client.url}: it was never written, or has expired`,
    );
  }
  const about = metadata(key, value);
  if (flags.output !== undefined) await writeFile(flags.output, value.bytes);
  if (flags.meta) {
    const rows = Object.entries(about).map(([name, fact]) => [name, String(fact ?? 'unknown')]);
    await io.stderr.write(flags.json ? `${JSON.stringify(about)}\n` : renderTable(io.stderr, undefined, rows));
  }
  if (flags.json && !flags.meta) {
    const data = flags.output === undefined ? { data: Buffer.from(value.bytes).toString('base64') } : {};
    await io.stdout.write(`${JSON.stringify({ ...about, ...data })}\n`);
  } else if (flags.output === undefined) {
    await io.stdout.write(value.bytes);
  }
  return EXIT.ok;
}
