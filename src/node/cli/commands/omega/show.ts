import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { formatHostPort } from '../../../../gossip/address.js';
import { lineOfCacheFile, MAX_CACHE_FILE_BYTES } from '../../../../omega/cache.js';
import { FAULT_TEXT, type ListFault } from '../../../../omega/fault.js';
import { SKEW_MS } from '../../../../omega/holder.js';
import { parseRootList, type RootList, rootsOf } from '../../../../omega/root-list.js';
import type { RootListVerifier } from '../../../../omega/verify.js';
import { cachePaths } from '../../../omega/cache-dirs.js';
import { isoTime } from '../../../omega/iso-time.js';
import { systemFiles } from '../../../omega/system-files.js';
import { quoted } from '../../../printable.js';
import { systemClock } from '../../../runtime/system-clock.js';
import { EXIT } from '../../exit-codes.js';
import { type CliIo, say } from '../../io.js';
import { renderTable } from '../../table.js';
import { type TrustFlags, verifierOf } from './trusted.js';

export interface ShowFlags extends TrustFlags {
  readonly cacheDir?: string;
  readonly json?: true;
}

/** What the cache holds, and what a node that starts now would make of it. */
interface Shown {
  readonly path: string;
  readonly verdict: string;
  readonly expires: string;
  readonly roots: readonly string[];
}

/** `omega show`: the root lists in the cache of this machine. Without keys it cannot say whether they verify. */
export async function runShow(io: CliIo, flags: ShowFlags): Promise<number> {
  const verifier = verifierOf(io, flags, (path) => readFileSync(path, 'utf8'));
  const cacheDir = flags.cacheDir ?? (io.env['REPRAM_CACHE_DIR'] || undefined);
  const paths = cachePaths({ cacheDir }, homedir());
  const shown: Shown[] = [];
  for (const path of paths) {
    const file = await systemFiles.read(path, MAX_CACHE_FILE_BYTES);
    if (file.kind === 'failed') {
      if (file.reason !== 'ENOENT') await say(io, `${quoted(path)} cannot be read: ${file.reason}`);
      continue;
    }
    shown.push(show(path, lineOfCacheFile(file.text), verifier));
  }
  if (shown.length === 0) {
    await say(io, `no root list is cached: looked for ${paths.map((path) => quoted(path)).join(' and ')}`);
    return EXIT.failure;
  }
  await io.stdout.write(flags.json ? `${JSON.stringify(shown, null, 2)}\n` : table(io, shown));
  return EXIT.ok;
}

function show(path: string, line: string | undefined, verifier: RootListVerifier | undefined): Shown {
  const parsed = parseRootList(line ?? '');
  if (line === undefined || !parsed.ok) {
    return { path, verdict: parsed.ok ? 'MALFORMED' : parsed.code, expires: '', roots: [] };
  }
  const verdict = verifier === undefined ? 'not verified: give --pubkey' : verdictOf(line, verifier);
  return { path, verdict, ...aboutList(parsed.list) };
}

function verdictOf(line: string, verifier: RootListVerifier): string {
  // As a node that reads its cache: a list that was valid before is used a little longer.
  const verdict = verifier.verify(line, systemClock.nowMs() - SKEW_MS);
  return verdict.ok ? `good, signed by ${verdict.list.key}` : explained(verdict.code);
}

function explained(code: ListFault): string {
  return `${code}: ${FAULT_TEXT[code]}`;
}

function aboutList(list: RootList): Pick<Shown, 'expires' | 'roots'> {
  return { expires: isoTime(list.expiresS), roots: rootsOf(list).map(formatHostPort) };
}

function table(io: CliIo, shown: readonly Shown[]): string {
  const rows = shown.flatMap(({ path, verdict, expires, roots }) => [
    ['file', path],
    ['verdict', verdict],
    ['expires', expires],
    ...roots.map((root) => ['root', root]),
  ]);
  return renderTable(io.stdout, undefined, rows);
}
