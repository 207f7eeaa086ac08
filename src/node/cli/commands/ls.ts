import { RepramError } from '../../../gossip/error.js';
import type { ApiClient, KeyQuery } from '../../client/api-client.js';
import { printable } from '../../printable.js';
import { clientOf } from '../client.js';
import type { ClientFlags } from '../client-options.js';
import { EXIT } from '../exit-codes.js';
import { type CliIo, say } from '../io.js';
import { renderTable } from '../table.js';

export interface LsFlags extends ClientFlags {
  readonly prefix?: string;
  readonly limit: number;
  readonly cursor?: string;
  readonly all?: true;
}

interface Page {
  readonly keys: readonly string[];
  readonly nextCursor?: string;
}

/** Pages from `query.cursor` on, until the last one. A node whose cursor does not move on is not followed for ever. */
async function* pages(client: ApiClient, query: KeyQuery): AsyncGenerator<Page> {
  let cursor = query.cursor;
  do {
    const page = await client.keys({ ...query, cursor });
    yield page;
    if (page.nextCursor !== undefined && page.nextCursor === cursor) {
      throw new RepramError('REQUEST_FAILED', `${client.url} answered the same page of keys twice`);
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

async function printJson(io: CliIo, client: ApiClient, query: KeyQuery, all: boolean): Promise<void> {
  if (!all) {
    const { keys, nextCursor } = await client.keys(query);
    await io.stdout.write(`${JSON.stringify({ keys, next_cursor: nextCursor }, null, 2)}\n`);
    return;
  }
  const keys: string[] = [];
  for await (const page of pages(client, query)) {
    for (const key of page.keys) keys.push(key);
  }
  await io.stdout.write(`${JSON.stringify({ keys }, null, 2)}\n`);
}

async function printRows(io: CliIo, client: ApiClient, query: KeyQuery, all: boolean): Promise<void> {
  let header: string[] | undefined = ['KEY'];
  for await (const { keys, nextCursor } of pages(client, query)) {
    if (keys.length > 0) {
      await io.stdout.write(
        renderTable(
          io.stdout,
          header,
          keys.map((key) => [key]),
        ),
      );
      header = undefined;
    }
    if (io.stdout.isClosed) return;
    if (!all && nextCursor !== undefined) {
      await say(io, `there are more keys: go on with --cursor '${printable(nextCursor)}', or list them with --all`);
      return;
    }
  }
}

/** `ls`: keys in order; one page, or with `--all` every page of `--limit` keys. */
export async function runLs(io: CliIo, flags: LsFlags): Promise<number> {
  const client = clientOf(io, flags);
  const query: KeyQuery = { prefix: flags.prefix, limit: flags.limit, cursor: flags.cursor };
  await (flags.json ? printJson : printRows)(io, client, query, flags.all === true);
  return EXIT.ok;
}
