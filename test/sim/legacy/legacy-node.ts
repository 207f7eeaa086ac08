import { sameHostPort } from '../../../src/gossip/address.js';
import { decodeJoin, encodeJoinAnswer } from './bootstrap.js';
import { Composer } from './composer.js';
import { answerText } from './flavour.js';
import { Heartbeat } from './heartbeat.js';
import { decodeMessage, type LegacyMessage } from './message.js';
import { MessageIds } from './message-ids.js';
import { DEFAULT_GOSSIP_PORT, type LegacyNodeInfo } from './node-info.js';
import type { LegacyNodeOptions, LegacyNodePorts } from './options.js';
import { BOOTSTRAP_PATH, type LegacyResponse, MESSAGE_PATH, Outbox, type SentCounts } from './outbox.js';
import type { LegacyParts } from './parts.js';
import { PeerTable } from './peer-table.js';
import { RateLimit } from './rate-limit.js';
import { Replication } from './replication.js';
import { signatureFault } from './signature.js';
import { LegacyStore, type LegacyValue } from './store.js';
import { Timers } from './timers.js';
import { Topology } from './topology.js';

export type { LegacyNodeOptions, LegacyNodePorts } from './options.js';

const SWEEP_INTERVAL_MS = 30_000;

/**
 * A model of the nodes in the field (wire v1) with what is wrong about them: SYNC storms, ghosts, ACKs counted by
 * message and not by holder, values without versions. One object is one run of a process: a restarted node is a new
 * one.
 */
export class LegacyNode {
  readonly #options: LegacyNodeOptions;
  readonly #self: LegacyNodeInfo;
  readonly #parts: LegacyParts;
  readonly #store: LegacyStore;
  readonly #heartbeat: Heartbeat;
  readonly #topology: Topology;
  readonly #replication: Replication;
  readonly #rateLimit: RateLimit | undefined;

  constructor(ports: LegacyNodePorts, options: LegacyNodeOptions) {
    const { id, address, enclave, flavour, replication = 3, minTtl = 300, maxTtl = 86_400 } = options;
    const { clock, rng, post } = ports;
    this.#options = options;
    this.#self = {
      id,
      address: address.host,
      port: options.gossipPort ?? DEFAULT_GOSSIP_PORT,
      http_port: address.port,
      enclave,
    };
    this.#parts = {
      clock,
      rng,
      timers: new Timers(clock),
      peers: new PeerTable(id),
      outbox: new Outbox(post, flavour, options.secret),
      composer: new Composer(clock, new MessageIds(ports, flavour), this.#self),
    };
    this.#store = new LegacyStore(clock, options.maxStorageBytes ?? 0);
    this.#heartbeat = new Heartbeat(this.#parts);
    this.#topology = new Topology(this.#parts, replication);
    this.#replication = new Replication(this.#parts, this.#store, { enclave, replication, minTtl, maxTtl });
    this.#rateLimit = options.busy ? new RateLimit(clock) : undefined;
  }

  /** The ids of the nodes known, in the order they were learnt. */
  get peers(): readonly string[] {
    return this.#parts.peers.ids;
  }

  get sent(): SentCounts {
    return this.#parts.outbox.sent;
  }

  /** Asks the seeds, once in the life of the node, and starts the rounds. To be called once. */
  start(): void {
    this.#heartbeat.start();
    this.#topology.start();
    this.#parts.timers.every(SWEEP_INTERVAL_MS, () => this.#store.sweep());
    void this.#join();
  }

  /** Cancels every timer and sends no more. Writes under way end as if their time were over. */
  stop(): void {
    this.#parts.outbox.close();
    this.#replication.end();
    this.#parts.timers.end();
  }

  put(key: string, bytes: Uint8Array, ttlSeconds: number): Promise<201 | 202 | 507> {
    return this.#replication.put(key, bytes, ttlSeconds);
  }

  get(key: string): LegacyValue | undefined {
    return this.#store.get(key);
  }

  /** Answers a POST of a peer. `sender` is the address it comes from, which the rate limit counts by. */
  answer(
    path: string,
    headers: Readonly<Record<string, string | undefined>>,
    body: Uint8Array,
    sender: string = '',
  ): LegacyResponse {
    if (path !== MESSAGE_PATH && path !== BOOTSTRAP_PATH) return this.#refusal(404, 'Not found');
    if (this.#rateLimit?.admits(sender) === false) return this.#refusal(429, 'Rate limit exceeded');
    const fault = this.#options.secret && signatureFault(this.#options.secret, body, headers);
    if (fault) return this.#refusal(403, fault);
    return path === MESSAGE_PATH ? this.#receive(body) : this.#admit(body);
  }

  /** The seeds in turn; the first answer wins. Without any the node is the first. */
  async #join(): Promise<void> {
    const { address, seeds } = this.#options;
    for (const seed of seeds) {
      if (sameHostPort(seed, address)) continue;
      const infos = await this.#parts.outbox.join(seed, this.#self);
      if (infos === undefined) continue;
      for (const info of infos) this.#parts.peers.learn(info);
      return;
    }
  }

  /** Only the Go node tells others of who joined. */
  #admit(body: Uint8Array): LegacyResponse {
    const { flavour } = this.#options;
    const joiner = decodeJoin(flavour, body);
    if (joiner === undefined) return this.#refusal(400, 'Invalid JSON');
    this.#parts.peers.learn(joiner);
    if (flavour === 'go') this.#topology.spread(joiner);
    return { status: 200, body: encodeJoinAnswer(flavour, [...this.#parts.peers.infos, this.#self]) };
  }

  #receive(body: Uint8Array): LegacyResponse {
    const message = decodeMessage(this.#options.flavour, body);
    if (message === undefined) return this.#refusal(400, 'Invalid JSON');
    this.#dispatch(message);
    return { status: 200, body: answerText(this.#options.flavour, '{"success":true}') };
  }

  /** A type that is not known is no error. */
  #dispatch(message: LegacyMessage): void {
    if (message.type === 'PUT') this.#replication.receivePut(message);
    else if (message.type === 'ACK') this.#replication.receiveAck(message);
    else if (message.type === 'PING') this.#heartbeat.receivePing(message);
    else if (message.type === 'PONG') this.#heartbeat.receivePong(message);
    else if (message.type === 'SYNC') this.#topology.receive(message);
  }

  #refusal(status: number, text: string): LegacyResponse {
    return { status, body: answerText(this.#options.flavour, text) };
  }
}
