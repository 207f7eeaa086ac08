import { Pool } from 'undici';

/** A member as a node's topology lists it. */
export interface Listed {
  readonly id: string;
  readonly state?: string;
  readonly incarnation?: number;
}

const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 1000;
/** Longer than a write waits for its quorum. */
const ANSWER_TIMEOUT_MS = 15_000;
const LOOK_TIMEOUT_MS = 2000;
const PAGE = 10_000;

/** A client of one node over connections that are kept; those for writes hold up nobody who looks. */
export class NodeApi {
  readonly #pool: Pool;
  readonly #looks: Pool;

  constructor(origin: string) {
    const pool = (connections: number): Pool =>
      new Pool(origin, {
        connections,
        connect: { timeout: CONNECT_TIMEOUT_MS },
        headersTimeout: ANSWER_TIMEOUT_MS,
        bodyTimeout: ANSWER_TIMEOUT_MS,
      });
    this.#pool = pool(CONNECTIONS);
    this.#looks = pool(CONNECTIONS);
  }

  async isUp(): Promise<boolean> {
    try {
      return (await this.#look('/v1/health')).status === 200;
    } catch {
      return false;
    }
  }

  /** The members it lists, by id. */
  async members(): Promise<ReadonlyMap<string, Listed>> {
    const { peers } = (await this.#json('/v1/topology?verbose')) as { peers: readonly ListedOnWire[] };
    return new Map(peers.map(({ id, x = {} }) => [id, { id, ...x }]));
  }

  /** Whom it is attached to, if anybody. */
  async parentId(): Promise<string | undefined> {
    const { parent } = (await this.#json('/v1/topology')) as { parent?: { readonly id: string } | null };
    return parent?.id;
  }

  /** What it says of the root list that counts for it; `undefined` where it finds others without one. */
  async listState(): Promise<string | undefined> {
    const { omega } = (await this.#json('/v1/status')) as { omega?: { readonly state: string } };
    return omega?.state;
  }

  /** The status of the answer; 0 where none came. */
  async put(key: string, value: Uint8Array, ttlSeconds = 3600): Promise<number> {
    try {
      const path = `/v1/data/${encodeURIComponent(key)}`;
      const headers = { 'X-TTL': String(ttlSeconds) };
      const { statusCode, body } = await this.#pool.request({ method: 'PUT', path, headers, body: value });
      await body.dump();
      return statusCode;
    } catch {
      return 0;
    }
  }

  /** The value, or `undefined` where the node has none. */
  async get(key: string): Promise<string | undefined> {
    const { status, text } = await this.#look(`/v1/data/${encodeURIComponent(key)}`);
    if (status === 200) return text;
    if (status === 404) return undefined;
    throw new Error(`GET ${key}: ${status}`);
  }

  /** How many keys with this prefix it lists, asked page by page. */
  async countKeys(prefix: string): Promise<number> {
    let count = 0;
    let cursor = '';
    do {
      const query = new URLSearchParams({ prefix, limit: String(PAGE), cursor });
      const page = (await this.#json(`/v1/keys?${query}`)) as { keys: readonly string[]; next_cursor?: string };
      count += page.keys.length;
      cursor = page.next_cursor ?? '';
    } while (cursor !== '');
    return count;
  }

  /** The sum of a metric over its labels. */
  async metric(name: string): Promise<number> {
    const { text } = await this.#look('/v1/metrics');
    const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#looks.destroy()]);
  }

  async #json(path: string): Promise<unknown> {
    const { status, text } = await this.#look(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status}`);
    return JSON.parse(text);
  }

  async #look(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const { statusCode, body } = await this.#looks.request({
      method: 'GET',
      path,
      signal: AbortSignal.timeout(LOOK_TIMEOUT_MS),
    });
    return { status: statusCode, text: await body.text() };
  }
}

interface ListedOnWire {
  readonly id: string;
  readonly x?: { readonly state?: string; readonly incarnation?: number };
}
