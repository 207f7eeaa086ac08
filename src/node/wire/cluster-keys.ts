import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Counter, Metrics } from '../../gossip/ports/metrics.js';
import { type SignatureCheck, signBody, verifyBody } from './signature.js';

interface ClusterKey {
  readonly key: KeyObject;
  readonly verified: Counter;
}

/**
 * The secrets of the cluster: the first signs, each verifies. A secret is changed without locking anybody out by
 * making the new one known to all before the first node signs with it.
 */
export class ClusterKeys {
  readonly #keys: readonly ClusterKey[];

  /** @param secrets none = nothing is signed, and everything is taken */
  constructor(ports: { readonly metrics: Metrics }, secrets: readonly string[]) {
    this.#keys = secrets.map((secret, index) => ({
      key: createSecretKey(Buffer.from(secret)),
      verified: ports.metrics.counter(
        'repram_signatures_verified_total',
        'Messages and answers of peers with a good signature, by the secret it was made with: 1 is the one that signs.',
        { secret: String(index + 1) },
      ),
    }));
  }

  /** Whether only what is signed counts. */
  get areRequired(): boolean {
    return this.#keys.length > 0;
  }

  /** The signature of a body exactly as it will be sent; `undefined` where nothing is signed. */
  sign(body: Uint8Array): string | undefined {
    const [first] = this.#keys;
    return first && signBody(first.key, body);
  }

  /**
   * Checks a signature header against the body exactly as it was received. Every secret is tried in full, so that the
   * time it takes tells neither the outcome nor which secret it was.
   */
  verify(body: Uint8Array, header: string | undefined): SignatureCheck {
    if (!this.areRequired) return 'ok';
    const checks = this.#keys.map(({ key }) => verifyBody(key, body, header));
    const match = this.#keys[checks.lastIndexOf('ok')];
    match?.verified.inc();
    return match === undefined ? (checks[0] ?? 'invalid') : 'ok';
  }
}
