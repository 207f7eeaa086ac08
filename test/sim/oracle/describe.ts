import type { Version } from '../../../src/gossip/version.js';
import type { WriteOperation } from '../world/operation.js';

export function versionText({ ms, logical, origin }: Version): string {
  return `${ms}.${logical}.${origin}`;
}

export function writeText(write: WriteOperation): string {
  const version = write.version === undefined ? '' : `, version ${versionText(write.version)}`;
  return `write ${write.id} of ${write.key} at ${write.host.id} at ${write.invokedMs.toFixed(0)}${version}`;
}
