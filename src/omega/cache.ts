import type { Log } from '../gossip/ports/log.js';
import type { Counter, Metrics } from '../gossip/ports/metrics.js';
import { encodeBase64 } from '../gossip/wire/base64.js';
import { parseJsonText } from '../gossip/wire/json.js';
import type { Files } from './ports/files.js';
import { canonicalText, type RootList } from './root-list.js';
import { MAX_DOCUMENT_BYTES } from './source.js';

/** The name of the cache file, in each of the cache directories. */
export const CACHE_FILE = 'root-list.json';

/** Longest cache file, in bytes: in the JSON of the longest list, quotes and commas come on top of the line. */
export const MAX_CACHE_FILE_BYTES: number = 2 * MAX_DOCUMENT_BYTES;

export interface RootListCacheOptions {
  /** Cache files, in the order in which they are tried. */
  readonly paths: readonly string[];
}

/**
 * The newest list on disk, so that a node that starts while its sources are down still finds the network. Nothing on
 * disk is trusted: what is read here is a line to be verified like any other.
 */
export class RootListCache {
  readonly #files: Files;
  readonly #log: Log;
  readonly #options: RootListCacheOptions;
  readonly #failures: Counter;
  #hasWarned = false;

  constructor(
    ports: { readonly files: Files; readonly log: Log; readonly metrics: Metrics },
    options: RootListCacheOptions,
  ) {
    this.#files = ports.files;
    this.#log = ports.log;
    this.#options = options;
    this.#failures = ports.metrics.counter(
      'repram_omega_cache_write_failures_total',
      'Root lists that no cache directory could take.',
    );
  }

  /** The line of each cache file that holds one. */
  async load(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const path of this.#options.paths) {
      const file = await this.#files.read(path, MAX_CACHE_FILE_BYTES);
      if (file.kind === 'failed') {
        if (file.reason !== 'ENOENT')
          this.#log.warn('the cached root list cannot be read', { path, reason: file.reason });
        continue;
      }
      const line = lineOfCacheFile(file.text);
      if (line === undefined) this.#log.warn('the cached root list is damaged; it is not used', { path });
      else lines.push(line);
    }
    return lines;
  }

  /** Keeps the list in the first place that takes it. Whether one did. */
  async save(list: RootList): Promise<boolean> {
    const text = cacheFileOf(list);
    const reasons: string[] = [];
    for (const path of this.#options.paths) {
      const written = await this.#files.writeAtomic(path, text);
      if (written.kind === 'written') return true;
      reasons.push(`${path}: ${written.reason}`);
    }
    this.#failures.inc();
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      this.#log.warn('the root list cannot be cached: a restart while its sources are down will not find the network', {
        tried: reasons.join(', '),
      });
    }
    return false;
  }
}

/** The content of the cache file, as nodes in the field write it. */
export function cacheFileOf({ version, expiresS, nodes, signature }: RootList): string {
  return `${JSON.stringify({ version, expires: expiresS, nodes, signature: encodeBase64(signature) })}\n`;
}

/**
 * The line that a cache file stands for; `undefined` where it has another shape. The parts are not checked here: the
 * line is parsed and verified, and a part with a separator in it does not parse.
 */
export function lineOfCacheFile(text: string): string | undefined {
  // No value takes less than a byte.
  const file = parseJsonText(text, MAX_CACHE_FILE_BYTES);
  if (file === undefined) return undefined;
  const { version, expires, nodes, signature } = file;
  if (typeof version !== 'string' || typeof expires !== 'number' || typeof signature !== 'string') return undefined;
  if (!Array.isArray(nodes) || !nodes.every((node) => typeof node === 'string')) return undefined;
  return `${canonicalText({ version, expiresS: expires, nodes })};sig=${signature}`;
}
