import { RepramError } from '../../gossip/error.js';
import { ApiClient } from '../client/api-client.js';
import { parseNodeUrl } from '../client/node-url.js';
import { URL_VARIABLE } from '../config/sources.js';
import { quoted } from '../printable.js';
import { type ClientFlags, DEFAULT_URL } from './client-options.js';
import type { CliIo } from './io.js';

/** A client of the node that `--url` or `REPRAM_URL` names. */
export function clientOf(io: CliIo, flags: ClientFlags): ApiClient {
  const [name, url] =
    flags.url === undefined ? [URL_VARIABLE, io.env[URL_VARIABLE] || DEFAULT_URL] : ['--url', flags.url];
  if (parseNodeUrl(url) === undefined) {
    throw new RepramError(
      'BAD_USAGE',
      `${name}: ${quoted(url)} is not http://host:port, https://host:port or host:port`,
    );
  }
  return new ApiClient({ request: io.request, openStream: io.openStream }, { url, timeoutMs: flags.timeout });
}
