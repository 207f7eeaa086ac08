import { expect, show } from '../expect.js';
import { type Answer, exchange } from '../http/exchange.js';
import { patientExchange } from '../http/patient.js';
import { dataPath } from '../single/subject.js';
import { isObject, type JsonObject, parseObject } from '../wire/message.js';

/** A client of one node. */
export class NodeClient {
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  async isHealthy(nodeId: string): Promise<boolean> {
    try {
      const answer = await exchange(this.#url, { path: '/v1/health', timeoutMs: 2000 });
      return answer.status === 200 && parseObject(answer.text)?.['node_id'] === nodeId;
    } catch {
      return false;
    }
  }

  put(key: string, body: Uint8Array | string, ttlSeconds = 600): Promise<Answer> {
    const headers = { 'X-TTL': String(ttlSeconds) };
    return patientExchange(this.#url, { method: 'PUT', path: dataPath(key), headers, body, timeoutMs: 30_000 });
  }

  get(key: string, method = 'GET'): Promise<Answer> {
    return patientExchange(this.#url, { method, path: dataPath(key) });
  }

  async json(path: string): Promise<JsonObject> {
    const answer = await patientExchange(this.#url, { path });
    const fields = parseObject(answer.text);
    expect(answer.status === 200 && fields !== undefined, `GET ${path}: ${answer.status} ${show(answer.text)}`);
    return fields;
  }

  async keys(prefix: string): Promise<readonly string[]> {
    const { keys } = await this.json(`/v1/keys?prefix=${encodeURIComponent(prefix)}`);
    return Array.isArray(keys) ? keys.map(String) : [];
  }

  /** The enclave of each listed peer, by id. */
  async peers(): Promise<ReadonlyMap<string, string>> {
    const { peers } = await this.json('/v1/topology');
    const entries = Array.isArray(peers) ? peers.filter(isObject) : [];
    return new Map(entries.map((peer) => [String(peer['id']), String(peer['enclave'] || 'default')]));
  }

  /** Prometheus counters and gauges without labels, by name; empty where there are no metrics. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const { status, text } = await patientExchange(this.#url, { path: '/v1/metrics' });
    const lines = status === 200 ? text.matchAll(/^(repram_\w+)(?:\{[^}]*\})? ([0-9.e+-]+)$/gm) : [];
    const sums = new Map<string, number>();
    for (const [, name = '', value] of lines) sums.set(name, (sums.get(name) ?? 0) + Number(value));
    return sums;
  }
}
