/** `records` holds one text for each TXT record, its segments joined. */
export type TxtAnswer =
  | { readonly kind: 'found'; readonly records: readonly string[] }
  /** The name does not exist, or has no TXT record. */
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly reason: string };

/** DNS as core code sees it. */
export interface Resolver {
  /** Never rejects. */
  txt(name: string): Promise<TxtAnswer>;
}
