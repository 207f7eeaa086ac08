import { RepramError } from '../../../../gossip/error.js';
import type { SigningOptions } from '../../../omega/publisher/signer.js';

/** What `sign` and `serve` have in common. */
export interface SigningFlags {
  readonly keyFile: string;
  readonly nodes?: string;
  readonly nodesFile?: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly listVersion: string;
}

export function signingOptions({ keyFile, nodes, nodesFile, lifetime, listVersion }: SigningFlags): SigningOptions {
  if ((nodes === undefined) === (nodesFile === undefined)) {
    throw new RepramError('BAD_USAGE', 'give the nodes by --nodes or by --nodes-file, and not by both');
  }
  const source = nodes === undefined ? { file: nodesFile ?? '' } : { text: nodes };
  return { keyFile, nodes: source, lifetimeS: lifetime, version: listVersion };
}
