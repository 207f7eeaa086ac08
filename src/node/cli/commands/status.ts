import { clientOf } from '../client.js';
import type { ClientFlags } from '../client-options.js';
import { EXIT } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { renderTable } from '../table.js';

function cells(name: string, value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).map(([key, part]) => [
    `${name}.${key}`,
    typeof part === 'object' ? JSON.stringify(part) : String(part),
  ]);
}

/** `status`: what the node says about itself. */
export async function runStatus(io: CliIo, flags: ClientFlags): Promise<number> {
  const status = await clientOf(io, flags).status();
  const rows = Object.entries(status).flatMap(([name, value]) => cells(name, value));
  await io.stdout.write(flags.json ? `${JSON.stringify(status, null, 2)}\n` : renderTable(io.stdout, undefined, rows));
  return EXIT.ok;
}
