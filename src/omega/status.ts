import type { OmegaFault } from './fault.js';
import type { ListState } from './holder.js';

/** What a node says of its root list, in the field names of the HTTP API. */
export interface OmegaStatus {
  readonly state: ListState;
  /** Whether this node is a root. */
  readonly root: boolean;
  /** Public keys that are trusted, in base64. */
  readonly trusted_keys: readonly string[];
  /** Of the newest list, whether or not it still counts. */
  readonly list?: {
    readonly version: string;
    readonly expires_unix_seconds: number;
    readonly nodes: readonly string[];
    readonly key: string;
  };
  /** 0 = never. */
  readonly last_refresh_unix_seconds: number;
  readonly last_failure?: { readonly source: string; readonly code: OmegaFault };
}
