import type { HostPort } from '../gossip/address.js';
import type { ListFault } from './fault.js';
import { formatPublicKey, type KeyPair } from './keys.js';
import type { Signatures } from './ports/signatures.js';
import {
  canonicalBytes,
  parseRootList,
  ROOT_LIST_VERSION,
  type RootList,
  rootsOf,
  type UnsignedRootList,
} from './root-list.js';

/** A list that a trusted key has signed. Only `RootListVerifier` makes one. */
export interface VerifiedRootList extends RootList {
  /** Where the roots are dialled, each once. */
  readonly roots: readonly HostPort[];
  /** The key that signed it, in base64. */
  readonly key: string;
}

export type Verdict =
  | { readonly ok: true; readonly list: VerifiedRootList }
  | { readonly ok: false; readonly code: ListFault };

export interface VerifierOptions {
  /** The keys any of which may have signed. At most `MAX_TRUSTED_KEYS`. */
  readonly keys: readonly Uint8Array[];
}

/** Tells lists that a trusted key has signed from all others. */
export class RootListVerifier {
  readonly #signatures: Signatures;
  readonly #keys: readonly Uint8Array[];

  constructor(ports: { readonly signatures: Signatures }, options: VerifierOptions) {
    this.#signatures = ports.signatures;
    this.#keys = options.keys;
  }

  /**
   * Reads and checks a line against the time `nowMs`. The cheap checks come first: what is old or of another version
   * costs no verification.
   */
  verify(line: string, nowMs: number): Verdict {
    const parsed = parseRootList(line);
    if (!parsed.ok) return parsed;
    const { list } = parsed;
    if (list.version !== ROOT_LIST_VERSION) return { ok: false, code: 'WRONG_VERSION' };
    if (list.expiresS * 1000 <= nowMs) return { ok: false, code: 'EXPIRED' };
    const signed = canonicalBytes(list);
    const key = this.#keys.find((candidate) => this.#signatures.verify(list.signature, signed, candidate));
    if (key === undefined) return { ok: false, code: 'BAD_SIGNATURE' };
    return { ok: true, list: { ...list, roots: rootsOf(list), key: formatPublicKey(key) } };
  }
}

/** Signs a list. What it is made of must be well formed: see `parseRootList`. */
export function signRootList(list: UnsignedRootList, keys: KeyPair, signatures: Signatures): RootList {
  return { ...list, signature: signatures.sign(canonicalBytes(list), keys.seed) };
}
