import type { z } from 'zod';
import { RepramError } from '../../gossip/error.js';
import type { KeyPage } from '../../gossip/ports/store.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '../../gossip/wire/limits.js';
import type { NodeEventKind, StreamEvent } from '../events/node-event.js';
import type { NodeStatus, Topology } from './answers.js';
import { notANode, refused, unreachable } from './failure.js';
import {
  type HttpAnswer,
  type HttpCall,
  type HttpRequest,
  type HttpStream,
  type OpenHttpStream,
  readBody,
} from './http.js';
import { type NodeUrl, parseNodeUrl } from './node-url.js';

/** A stored value and what its headers say; `undefined` where a header is missing or unreadable. */
export interface StoredValue {
  readonly bytes: Uint8Array;
  /** ISO 8601, as the node wrote it. */
  readonly createdAt: string | undefined;
  readonly originalTtlSeconds: number | undefined;
  readonly remainingTtlSeconds: number | undefined;
}

/** `stored`: a quorum holds it (201). `pending`: the node holds it, the quorum had not answered in time (202). */
export type PutResult = 'stored' | 'pending';

/**
 * Whose copy a read gives. `one`: that of the node asked. `quorum`: the newest of as many replicas as show every write
 * that was `stored`; the read fails where so many do not answer. Older nodes know only the first and say nothing.
 */
export type Consistency = 'one' | 'quorum';

export interface KeyQuery {
  readonly prefix?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface EventQuery {
  /** Only these; all where none are given. `hello` and `gap` come in any case. */
  readonly kinds?: readonly NodeEventKind[];
  /** Begins with what is kept of the events after the one with this id. */
  readonly since?: number | undefined;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

export interface ApiClientPorts {
  readonly request: HttpRequest;
  /** For `events`. */
  readonly openStream?: OpenHttpStream;
}

export interface ApiClientOptions {
  /** As `parseNodeUrl` reads it. */
  readonly url: string;
  /** For each call, from the first byte to the last. */
  readonly timeoutMs: number;
}

/** Bound on a JSON answer: a page of the longest keys, many times over. */
const MAX_JSON_BYTES = 256 * 1024 * 1024;

/** Bound on one event: a snapshot of as many members as a node lists. */
const MAX_EVENT_CHARS = 16 * 1024 * 1024;

/** Nodes send a heartbeat every 15 seconds. */
const MAX_SILENCE_MS = 45_000;

const WHOLE = /^\d{1,15}$/;

/** The path of a key: one segment, whatever the key holds. Throws `BAD_USAGE` for a key no node would take. */
function dataPath(key: string): string {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > MAX_KEY_BYTES || Buffer.from(key).toString() !== key) {
    throw new RepramError('BAD_USAGE', `a key is 1 to ${MAX_KEY_BYTES} bytes of valid Unicode`);
  }
  // Dots alone would be taken for a relative path by whatever stands in between.
  const segment = /^\.+$/.test(key) ? key.replaceAll('.', '%2E') : encodeURIComponent(key);
  return `/v1/data/${segment}`;
}

function headerText(answer: HttpAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function headerSeconds(answer: HttpAnswer, name: string): number | undefined {
  const text = headerText(answer, name);
  return text !== undefined && WHOLE.test(text) ? Number(text) : undefined;
}

function eventSearch({ kinds = [], since }: EventQuery): string {
  const search = new URLSearchParams();
  if (kinds.length > 0) search.set('kinds', kinds.join(','));
  if (since !== undefined) search.set('since', String(since));
  return search.size > 0 ? `?${search}` : '';
}

/**
 * Talks to one node, ours or an older one. Methods reject with a `RepramError`: `REQUEST_FAILED` where there is no
 * answer or an unexpected one, `BAD_USAGE` for an argument that no node would take.
 */
export class ApiClient {
  /** The node's URL, as messages name it. */
  readonly url: string;
  readonly #request: HttpRequest;
  readonly #openStream: OpenHttpStream | undefined;
  readonly #node: NodeUrl;
  readonly #timeoutMs: number;

  constructor(ports: ApiClientPorts, options: ApiClientOptions) {
    const node = parseNodeUrl(options.url);
    if (node === undefined) throw new RepramError('BAD_USAGE', 'the URL of a node is http://host:port or host:port');
    this.#request = ports.request;
    this.#openStream = ports.openStream;
    this.#node = node;
    this.#timeoutMs = options.timeoutMs;
    this.url = node.origin + node.prefix;
  }

  /** `GET /v1/status`. */
  async status(): Promise<NodeStatus> {
    const { nodeStatus } = await import('./answers.js');
    return this.#json('/v1/status', nodeStatus);
  }

  /** `GET /v1/topology`. */
  async topology(): Promise<Topology> {
    const { topology } = await import('./answers.js');
    return this.#json('/v1/topology', topology);
  }

  /** The value of `key`; `undefined` where it is missing or has expired. */
  async get(
    key: string,
    options: { readonly consistency?: Consistency | undefined } = {},
  ): Promise<StoredValue | undefined> {
    const query = options.consistency === undefined ? '' : `?consistency=${options.consistency}`;
    const answer = await this.#call({ method: 'GET', path: dataPath(key) + query, maxBytes: MAX_VALUE_BYTES });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refused(this.url, answer);
    return {
      bytes: answer.body,
      createdAt: headerText(answer, 'x-created-at'),
      originalTtlSeconds: headerSeconds(answer, 'x-original-ttl'),
      remainingTtlSeconds: headerSeconds(answer, 'x-remaining-ttl'),
    };
  }

  /** Stores `bytes` for `ttlSeconds`, which the node clamps; its default where none is given. */
  async put(
    key: string,
    bytes: Uint8Array,
    options: { readonly ttlSeconds?: number | undefined } = {},
  ): Promise<PutResult> {
    const query = options.ttlSeconds === undefined ? '' : `?ttl=${options.ttlSeconds}`;
    const answer = await this.#call({
      method: 'PUT',
      path: dataPath(key) + query,
      body: bytes,
      maxBytes: MAX_JSON_BYTES,
    });
    if (answer.status === 201) return 'stored';
    if (answer.status === 202) return 'pending';
    throw refused(this.url, answer);
  }

  /** One page of keys in ascending order of their bytes. */
  async keys(query: KeyQuery = {}): Promise<KeyPage> {
    const { keysAnswer } = await import('./answers.js');
    const search = new URLSearchParams();
    if (query.prefix) search.set('prefix', query.prefix);
    if (query.limit !== undefined) search.set('limit', String(query.limit));
    if (query.cursor) search.set('cursor', query.cursor);
    const { keys, next_cursor } = await this.#json(`/v1/keys${search.size > 0 ? `?${search}` : ''}`, keysAnswer);
    return next_cursor === undefined || next_cursor === '' ? { keys } : { keys, nextCursor: next_cursor };
  }

  /**
   * `GET /v1/events`, over one connection: ends when the node ends it, rejects when it breaks. To go on, call again
   * with the id of the last event as `since`. Kinds that only later versions know are left out.
   */
  async *events(query: EventQuery = {}): AsyncGenerator<StreamEvent> {
    const signal = query.signal ?? new AbortController().signal;
    const path = `/v1/events${eventSearch(query)}`;
    const [{ readSse }, { readEvent }] = await Promise.all([import('./sse-reader.js'), import('./event-answers.js')]);
    try {
      for await (const { data } of readSse(await this.#open(path, signal), MAX_EVENT_CHARS)) {
        const event = readEvent(data);
        if (event === 'malformed') throw notANode(this.url, path);
        if (event !== 'unknown') yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof RepramError ? error : unreachable(this.url, error, this.#timeoutMs);
    }
  }

  async #open(path: string, signal: AbortSignal): Promise<HttpStream['body']> {
    if (this.#openStream === undefined) throw new RepramError('BAD_USAGE', 'events need the port openStream');
    const { origin, prefix } = this.#node;
    const call = { origin, path: prefix + path, timeoutMs: this.#timeoutMs, silenceMs: MAX_SILENCE_MS, signal };
    const { status, body } = await this.#openStream(call);
    if (status === 200) return body;
    throw refused(this.url, { status, body: await readBody(body, MAX_JSON_BYTES) });
  }

  async #json<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const answer = await this.#call({ method: 'GET', path, maxBytes: MAX_JSON_BYTES });
    if (answer.status !== 200) throw refused(this.url, answer);
    let parsed: ReturnType<typeof schema.safeParse>;
    try {
      parsed = schema.safeParse(JSON.parse(Buffer.from(answer.body).toString()));
    } catch {
      throw notANode(this.url, path);
    }
    if (!parsed.success) throw notANode(this.url, path);
    return parsed.data;
  }

  async #call(call: Pick<HttpCall, 'method' | 'path' | 'maxBytes' | 'body'>): Promise<HttpAnswer> {
    const { origin, prefix } = this.#node;
    try {
      return await this.#request({ ...call, origin, path: prefix + call.path, timeoutMs: this.#timeoutMs });
    } catch (error) {
      throw unreachable(this.url, error, this.#timeoutMs);
    }
  }
}
