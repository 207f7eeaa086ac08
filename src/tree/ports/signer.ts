/** The secrets of the cluster, as frames need them. */
export interface Signer {
  /** Whether only what is signed counts. */
  readonly areRequired: boolean;
  /** HMAC-SHA256 in hexadecimal by the secret that signs; `undefined` where nothing is signed. */
  sign(bytes: Uint8Array): string | undefined;
  /** Compares in constant time, with every secret. */
  verify(bytes: Uint8Array, signature: string | undefined): 'ok' | 'missing' | 'invalid';
}

/** Whether the time that a frame names is near enough to this node's clock. */
export interface FrameAge {
  admitsFrom(sender: string, sentMs: number): boolean;
}
