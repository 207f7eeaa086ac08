import type { WriteOperation } from '../world/operation.js';
import { momentText, versionText } from '../world/texts.js';

export function writeText(write: WriteOperation): string {
  const version = write.version === undefined ? '' : `, version ${versionText(write.version)}`;
  return `write ${write.id} of ${write.key} at ${write.host.id} at ${momentText(write.invokedMs)} s${version}`;
}
