import { RepramError } from '../../../../gossip/error.js';
import { FAULT_TEXT, type OmegaFault } from '../../../../omega/fault.js';
import type { RootListStatus } from '../../../client/answers.js';
import { isoTime } from '../../../omega/iso-time.js';
import { clientOf } from '../../client.js';
import type { ClientFlags } from '../../client-options.js';
import { EXIT } from '../../exit-codes.js';
import { type CliIo, say } from '../../io.js';
import { renderTable } from '../../table.js';
import type { TrustFlags } from './trusted.js';

export interface ShowNodeFlags extends TrustFlags, ClientFlags {
  readonly cacheDir?: string;
}

/** `omega show --url`: what a running node says of the root list that counts for it. */
export async function runShowNode(io: CliIo, flags: ShowNodeFlags): Promise<number> {
  refuseCacheFlags(flags);
  const client = clientOf(io, flags);
  const { node_id: nodeId, omega } = await client.status();
  if (omega === undefined) {
    await say(
      io,
      `${client.url} finds others without a signed root list: it has no source of one, or is an older node`,
    );
    return EXIT.failure;
  }
  await io.stdout.write(
    flags.json ? `${JSON.stringify(omega, null, 2)}\n` : renderTable(io.stdout, undefined, rowsOf(nodeId, omega)),
  );
  return EXIT.ok;
}

function refuseCacheFlags({ cacheDir, pubkey, pubkeyFile }: ShowNodeFlags): void {
  const given = { '--cache-dir': cacheDir, '--pubkey': pubkey, '--pubkey-file': pubkeyFile };
  const [flag] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (flag === undefined) return;
  throw new RepramError('BAD_USAGE', `give --url and ${flag} not both: a running node has verified its list itself`);
}

function rowsOf(nodeId: string, omega: RootListStatus): readonly (readonly string[])[] {
  const { list, last_refresh_unix_seconds: refreshedS, last_failure: failure } = omega;
  return [
    ['node', nodeId],
    ['state', omega.state],
    ...(list === undefined
      ? []
      : [
          ['expires', isoTime(list.expires_unix_seconds)],
          ['signed by', list.key],
        ]),
    ...(list?.nodes ?? []).map((root) => ['root', root]),
    ['is a root', omega.root ? 'yes' : 'no'],
    ...omega.trusted_keys.map((key) => ['trusts', key]),
    ['refreshed', refreshedS === 0 ? 'never' : isoTime(refreshedS)],
    ...(failure === undefined ? [] : [['failure', `${failure.source}: ${explained(failure.code)}`]]),
  ];
}

/** A newer node may know codes that this version does not. */
function explained(code: string): string {
  return Object.hasOwn(FAULT_TEXT, code) ? `${code}: ${FAULT_TEXT[code as OmegaFault]}` : code;
}
