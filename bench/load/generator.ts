export const VALUE_BYTES = 1024;

/** Keys a load goes round over: enough that no two writes of the same key meet. */
export const LOAD_KEYS = 6400;

export interface Load {
  readonly url: URL;
  readonly method: 'GET' | 'PUT';
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers of another status than a load of this method should get (201, 200), and requests without any. */
  readonly unexpected: number;
}

/** Keeps `connections` requests under way, one a connection, each sent when the answer to the last has come. */
export interface Generator {
  readonly name: string;
  run(load: Load): Promise<LoadResult>;
}

export function expectedStatus(method: Load['method']): number {
  return method === 'PUT' ? 201 : 200;
}

export function loadPath(index: number): string {
  return `/v1/data/load-${index % LOAD_KEYS}`;
}

export const VALUE: Uint8Array = Buffer.alloc(VALUE_BYTES, 'x');
