import { randomBytes } from 'node:crypto';
import { expect, expectEqual, show } from '../expect.js';
import type { Answer, Exchange } from '../http/exchange.js';
import { patientExchange } from '../http/patient.js';
import { addressFacing } from '../http/raw.js';
import { Recorder } from '../recorder/recorder.js';
import { eventually } from '../wait.js';
import { isObject, type JsonObject, parseObject } from '../wire/message.js';
import { DEFAULT_TIMING, type Timing } from './timing.js';

export interface SubjectOptions {
  readonly url: URL;
  readonly secret?: string;
  /** Whether what is known to differ in the field counts as a failure. */
  readonly strict: boolean;
  /** The address recorders advertise; by default the one this machine faces the node with. */
  readonly recorderAddress?: string;
  readonly timing?: Timing;
}

export interface TtlBounds {
  readonly min: number;
  readonly max: number;
}

export interface TopologyPeer {
  readonly id: string;
  readonly address: string;
  readonly http_port: number;
  readonly enclave: string;
}

/** The node under test, and the recorders that stand in as its peers. */
export class Subject {
  readonly url: URL;
  readonly strict: boolean;
  readonly secret: string | undefined;
  readonly timing: Timing;
  readonly nodeId: string;
  readonly enclave: string;
  readonly network: string;
  /** The value of X-REPRAM-Node, for the report. */
  readonly implementation: string;
  /** Random: keys and ids of one run meet those of no other. */
  readonly run: string = randomBytes(4).toString('hex');
  readonly #address: string;
  readonly #peers = new Map<string, Promise<Recorder>>();
  readonly #opened: Recorder[] = [];
  /** By probe: an entry for each of the few there are. */
  readonly #memory = new Map<unknown, Promise<unknown>>();
  #bounds: Promise<TtlBounds> | undefined;

  private constructor(options: SubjectOptions, address: string, health: Answer, identity: JsonObject) {
    this.url = options.url;
    this.strict = options.strict;
    this.secret = options.secret;
    this.timing = options.timing ?? DEFAULT_TIMING;
    this.nodeId = String(identity['node_id'] ?? '');
    this.enclave = String(identity['enclave'] || 'default');
    this.network = String(identity['network'] ?? '');
    this.implementation = String(health.headers['x-repram-node'] ?? '');
    this.#address = address;
  }

  /** Fails where nothing that looks like a node answers at the URL. */
  static async meet(options: SubjectOptions): Promise<Subject> {
    const address = options.recorderAddress ?? (await addressFacing(options.url));
    const health = await patientExchange(options.url, { path: '/v1/health' });
    const identity = parseObject(health.text);
    if (health.status !== 200 || identity === undefined) {
      throw new Error(`${options.url.origin}/v1/health answered ${health.status} ${show(health.text)}: not a node`);
    }
    return new Subject(options, address, health, identity);
  }

  request(exchange: Exchange): Promise<Answer> {
    return patientExchange(this.url, exchange);
  }

  get(path: string): Promise<Answer> {
    return this.request({ path });
  }

  async json(path: string): Promise<JsonObject> {
    const answer = await this.get(path);
    expectEqual(answer.status, 200, `GET ${path}`);
    const object = parseObject(answer.text);
    expect(object !== undefined, `GET ${path}: no JSON object: ${show(answer.text)}`);
    return object;
  }

  /** A key of this run; `name` may hold anything. */
  key(name: string): string {
    return `wc-${this.run}-${name}`;
  }

  put(key: string, body: Uint8Array | string, headers: Record<string, string> = {}, query = ''): Promise<Answer> {
    return this.request({
      method: 'PUT',
      path: `${dataPath(key)}${query}`,
      headers,
      body,
      timeoutMs: this.timing.writeMs,
    });
  }

  /** Writes where the rule under test is not the quorum: 201 and 202 are both fine. */
  async store(key: string, body: Uint8Array | string, headers: Record<string, string> = {}, query = ''): Promise<void> {
    const answer = await this.put(key, body, headers, query);
    expect(answer.status === 201 || answer.status === 202, `PUT ${show(key)}: ${answer.status} ${show(answer.text)}`);
  }

  read(key: string): Promise<Answer> {
    return this.get(dataPath(key));
  }

  /** The seconds of X-Original-TTL of a stored key. */
  async originalTtl(key: string): Promise<number> {
    const answer = await this.read(key);
    expectEqual(answer.status, 200, `GET ${show(key)}`);
    return Number(answer.headers['x-original-ttl']);
  }

  /** The node's clamp, read from what becomes of a TTL of one second and of one of three years. */
  ttlBounds(): Promise<TtlBounds> {
    this.#bounds ??= this.#readBounds();
    return this.#bounds;
  }

  async topology(): Promise<readonly TopologyPeer[]> {
    const { peers } = await this.json('/v1/topology');
    expect(Array.isArray(peers), `GET /v1/topology: peers is no array: ${show(peers)}`);
    return peers.filter(isObject).map((peer) => ({
      id: String(peer['id'] ?? ''),
      address: String(peer['address'] ?? ''),
      http_port: Number(peer['http_port']),
      enclave: String(peer['enclave'] || 'default'),
    }));
  }

  async lists(id: string): Promise<boolean> {
    return (await this.topology()).some((peer) => peer.id === id);
  }

  /** A recorder that has joined; one for each name, kept to the end of the run. */
  peer(name: string, enclave: string = this.enclave): Promise<Recorder> {
    const known = this.#peers.get(name);
    if (known !== undefined) return known;
    const joining = this.open(name, enclave).then((recorder) => this.join(recorder));
    joining.catch(() => undefined);
    this.#peers.set(name, joining);
    return joining;
  }

  /** All there are, of this run. */
  get recorders(): readonly Recorder[] {
    return this.#opened;
  }

  /** A recorder the node has not heard of. */
  async open(name: string, enclave: string = this.enclave): Promise<Recorder> {
    const recorder = await Recorder.open({
      id: `wc-${this.run}-${name}`,
      enclave,
      address: this.#address,
      ...(this.secret === undefined ? {} : { secret: this.secret }),
    });
    recorder.book.give(this.nodeId, this.url);
    this.#opened.push(recorder);
    return recorder;
  }

  /** Joins by bootstrap; by SYNC where a public node that is no root refuses that. */
  async join(recorder: Recorder): Promise<Recorder> {
    const answer = await recorder.bootstrap(this.url);
    if (answer.status === 403 && this.network === 'public') {
      await recorder.deliver(this.url, recorder.message('SYNC', { node_info: recorder.info }));
    } else {
      expectEqual(answer.status, 200, `bootstrap of ${recorder.id} (${answer.text.trim()})`);
    }
    await this.untilListed(recorder.id);
    return recorder;
  }

  async untilListed(id: string): Promise<void> {
    const patience = { timeoutMs: this.timing.answerMs };
    await eventually(`${id} in /v1/topology`, patience, async () => ((await this.lists(id)) ? true : undefined));
  }

  /** The recorders in the node's own enclave, and whether it has other peers there. */
  async enclavePeers(): Promise<{ readonly recorders: readonly Recorder[]; readonly others: number }> {
    const recorders = this.#opened.filter((recorder) => recorder.info.enclave === this.enclave);
    const ids = new Set(recorders.map((recorder) => recorder.id));
    const peers = (await this.topology()).filter((peer) => peer.enclave === this.enclave);
    return { recorders, others: peers.filter((peer) => !ids.has(peer.id)).length };
  }

  /** What `probe` finds. It runs once, however many checks ask. */
  remembered<T>(probe: (subject: Subject) => Promise<T>): Promise<T> {
    let finding = this.#memory.get(probe) as Promise<T> | undefined;
    if (finding === undefined) {
      finding = probe(this);
      this.#memory.set(probe, finding);
    }
    return finding;
  }

  async isAlive(): Promise<boolean> {
    try {
      return (await this.get('/v1/health')).status === 200;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((recorder) => recorder.close()));
  }

  async #readBounds(): Promise<TtlBounds> {
    await this.store(this.key('ttl-min'), 'x', { 'X-TTL': '1' });
    await this.store(this.key('ttl-max'), 'x', { 'X-TTL': '99999999' });
    return { min: await this.minTtl(), max: await this.originalTtl(this.key('ttl-max')) };
  }

  /** With a minimum of one second the value may be gone before it is read: then that is the answer. */
  private async minTtl(): Promise<number> {
    const answer = await this.read(this.key('ttl-min'));
    return answer.status === 404 ? 1 : Number(answer.headers['x-original-ttl']);
  }
}

/** Every byte that RFC 3986 does not call unreserved is escaped, the slash too. */
export function dataPath(key: string): string {
  return `/v1/data/${encodeURIComponent(key)}`;
}
