export type FileRead =
  | { readonly kind: 'read'; readonly text: string }
  /** `reason` is the platform's code, such as `EACCES`. */
  | { readonly kind: 'failed'; readonly reason: string };

export type FileWrite = { readonly kind: 'written' } | { readonly kind: 'failed'; readonly reason: string };

/** Small files. Nothing here rejects. */
export interface Files {
  /** The whole file as UTF-8; a longer one than `maxBytes` fails with `EFBIG`. */
  read(path: string, maxBytes: number): Promise<FileRead>;
  /**
   * Replaces the file as a whole or not at all, also where the machine stops in between; only its owner may read it
   * (0600). Makes the directory.
   */
  writeAtomic(path: string, text: string): Promise<FileWrite>;
}
