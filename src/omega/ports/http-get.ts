export type HttpGetAnswer =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Fetches small documents. Follows no redirect. */
export interface HttpGet {
  /** The body as UTF-8. Never rejects. */
  get(url: string, maxBytes: number): Promise<HttpGetAnswer>;
}
