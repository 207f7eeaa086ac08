import { RepramError } from '../../gossip/error.js';
import type { NodeConfig } from '../config/node-config.js';
import type { Omega } from './create-omega.js';
import { isoTime } from './iso-time.js';

/**
 * Why a node should not have been started, once its first look for a root list is over: all that it has is a list that has
 * expired. It knows nobody then, may join through nobody, and would take its own copy of a write for a quorum. Where peers
 * are given by hand, or the network is private, it joins through those.
 */
export function refusalOf(
  { network, peers }: Pick<NodeConfig, 'network' | 'peers'>,
  omega: Pick<Omega, 'status'>,
): RepramError | undefined {
  const { state, list, last_failure: failure } = omega.status();
  if (network === 'private' || peers.length > 0 || state !== 'expired' || list === undefined) return undefined;
  const expiry = isoTime(list.expires_unix_seconds);
  const why = failure === undefined ? '' : ` (${failure.source}: ${failure.code})`;
  return new RepramError(
    'NO_ROOT_LIST',
    `EXPIRED: the cached root list expired at ${expiry}, and no source gives a newer one${why}; sign and publish a new ` +
      'list, check the clock of this machine, or start with --peers',
  );
}
