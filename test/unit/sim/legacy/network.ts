import { formatHostPort, type HostPort } from '../../../../src/gossip/address.js';
import { LegacyNode, type LegacyNodeOptions } from '../../../sim/legacy/legacy-node.js';
import type { LegacyPost, LegacyResponse } from '../../../sim/legacy/outbox.js';
import { SeededRng } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

type Endpoint = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  sender: string,
) => LegacyResponse;

/** A message that a recorder was sent. */
export interface Heard {
  readonly atMs: number;
  readonly path: string;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the model wrote, for a test to compare
  readonly json: any;
}

/** A few endpoints one fixed delay apart. A request to nobody ends when its time is over. */
export class Network {
  readonly clock: VirtualClock = new VirtualClock();
  /** By address. Bounded by the nodes of a test. */
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #rng = new SeededRng(1);
  readonly #delayMs: number;
  readonly #log: (line: string) => void;
  #nextPort = 8001;

  /** @param log told of every request that is posted */
  constructor(delayMs: number = 5, log: (line: string) => void = () => undefined) {
    this.#delayMs = delayMs;
    this.#log = log;
  }

  /** A node with an address of its own, not started. */
  node(options: Partial<LegacyNodeOptions> = {}): { node: LegacyNode; address: HostPort; stop: () => void } {
    const port = this.#nextPort++;
    const address = options.address ?? { host: '10.0.0.1', port };
    const defaults = { id: `n${port - 8000}`, enclave: 'default', seeds: [], flavour: 'go' as const };
    const ports = { clock: this.clock, rng: this.#rng, post: this.#postFrom(address) };
    const node = new LegacyNode(ports, { ...defaults, ...options, address });
    this.listen(address, (path, headers, body, sender) => node.answer(path, headers, body, sender));
    const stop = (): void => {
      node.stop();
      this.cut(address);
    };
    return { node, address, stop };
  }

  listen(address: HostPort, endpoint: Endpoint): void {
    this.#endpoints.set(formatHostPort(address), endpoint);
  }

  /** Nothing reaches this address any more. */
  cut(address: HostPort): void {
    this.#endpoints.delete(formatHostPort(address));
  }

  /** A peer that writes down what it is sent, and answers 200. */
  recorder(address: HostPort, bootstrapAnswer: string = '{"success":true,"peers":[]}'): Heard[] {
    const heard: Heard[] = [];
    this.listen(address, (path, _headers, body) => {
      const text = Buffer.from(body).toString();
      heard.push({ atMs: this.clock.monotonicMs(), path, text, json: JSON.parse(text) });
      const answer = path === '/v1/bootstrap' ? bootstrapAnswer : '{"success":true}';
      return { status: 200, body: Buffer.from(answer) };
    });
    return heard;
  }

  #postFrom(from: HostPort): LegacyPost {
    return async (to, path, body, headers, timeoutMs) => {
      this.#log(`${this.clock.monotonicMs()} ${formatHostPort(to)}${path} ${Buffer.from(body).toString()}`);
      await this.clock.sleep(this.#delayMs);
      const endpoint = this.#endpoints.get(formatHostPort(to));
      if (endpoint === undefined) {
        await this.clock.sleep(timeoutMs - this.#delayMs);
        return undefined;
      }
      const response = endpoint(path, headers, body, formatHostPort(from));
      await this.clock.sleep(this.#delayMs);
      return response;
    };
  }
}

/** Hands a node one message as a peer would. */
export function deliver(node: LegacyNode, message: Readonly<Record<string, unknown>>): LegacyResponse {
  return node.answer('/v1/gossip/message', {}, Buffer.from(JSON.stringify({ timestamp: 1, ...message })));
}

export function textOf(response: LegacyResponse): string {
  return Buffer.from(response.body).toString();
}

/** The node_info of a peer at an address. */
export function infoOf(id: string, address: HostPort, enclave: string = 'default'): Readonly<Record<string, unknown>> {
  return { id, address: address.host, port: 9090, http_port: address.port, enclave };
}
