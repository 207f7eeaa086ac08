import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { UsageError } from '../../lib/usage.js';
import { messageOf } from '../wait.js';
import { signalGroup, startChild } from './children.js';
import { commandOf, type Kind, substitute } from './command.js';
import { LogTail } from './log-tail.js';
import { NodeClient } from './node-client.js';
import { freePorts } from './ports.js';

export interface NodeSettings {
  readonly nodeId: string;
  readonly enclave: string;
  /** host:port of the seeds, in the order they are tried. */
  readonly peers: readonly string[];
  readonly secret?: string;
  /** Further variables, by name. */
  readonly environment?: Readonly<Record<string, string>>;
}

const START_TIMEOUT_MS = 30_000;
const START_ATTEMPTS = 3;
const STOP_TIMEOUT_MS = 12_000;
const ADDRESS = '127.0.0.1';

/** A node started from a command template, by process id. */
export class NodeProcess {
  readonly kind: Kind;
  readonly settings: NodeSettings;
  #child: ChildProcess | undefined;
  #ports: readonly [number, number] = [0, 0];
  #log = new LogTail();

  private constructor(kind: Kind, settings: NodeSettings) {
    this.kind = kind;
    this.settings = settings;
  }

  /** Healthy when it resolves. Ports are the system's choice; others are tried where one was taken meanwhile. */
  static async start(kind: Kind, settings: NodeSettings): Promise<NodeProcess> {
    const node = new NodeProcess(kind, settings);
    for (let attempt = 1; ; attempt += 1) {
      const [http = 0, gossip = 0] = await freePorts(2);
      node.#ports = [http, gossip];
      try {
        await node.restart(settings.peers);
        return node;
      } catch (error) {
        await node.kill();
        if (attempt === START_ATTEMPTS) throw error;
      }
    }
  }

  get id(): string {
    return this.settings.nodeId;
  }

  /** What reports call it. */
  get name(): string {
    return `${this.id} (${this.kind.label})`;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get endpoint(): string {
    return `${ADDRESS}:${this.#ports[0]}`;
  }

  get url(): URL {
    return new URL(`http://${this.endpoint}`);
  }

  get client(): NodeClient {
    return new NodeClient(this.url);
  }

  lastLogLines(count: number): string {
    return this.#log.lastLines(count);
  }

  /** Starts it (again) under the same id and ports, and resolves when it is healthy. */
  async restart(peers: readonly string[]): Promise<void> {
    const words = commandOf(this.kind.template);
    if (words instanceof UsageError) throw words;
    const [command = '', ...args] = substitute(words, this.#substitutions(peers));
    const child = startChild(command, args, this.#environment(peers));
    this.#log = new LogTail();
    this.#log.follow(child.stdout);
    this.#log.follow(child.stderr);
    let failure: string | undefined;
    child.on('error', (error) => {
      failure = error.message;
    });
    this.#child = child;
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (!(await this.client.isHealthy(this.id))) {
      if (failure !== undefined) throw new Error(`${this.kind.template}: ${failure}`);
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`${this.name} ended with ${child.exitCode ?? child.signalCode}:\n${this.lastLogLines(12)}`);
      }
      if (performance.now() > deadlineMs) throw new Error(`${this.name} is not healthy:\n${this.lastLogLines(12)}`);
      await delay(20);
    }
  }

  /** kill -9, the group with it; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM, then SIGKILL where that takes longer than 12 s. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    await this.#end('SIGKILL');
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { pid } = this;
    if (pid === 0) return;
    signalGroup(pid, signal);
    const deadlineMs = performance.now() + STOP_TIMEOUT_MS;
    while (signalGroup(pid, 0) && performance.now() < deadlineMs) await delay(10);
  }

  #substitutions(peers: readonly string[]): Parameters<typeof substitute>[1] {
    const { nodeId, enclave, secret } = this.settings;
    return {
      http_port: String(this.#ports[0]),
      gossip_port: String(this.#ports[1]),
      address: ADDRESS,
      node_id: nodeId,
      peers: peers.join(','),
      enclave,
      secret: secret ?? '',
    };
  }

  /** The runner's own environment, but nothing of REPRAM in it that the settings did not put there. */
  #environment(peers: readonly string[]): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('REPRAM_'));
    const { nodeId, enclave, secret, environment } = this.settings;
    return {
      ...Object.fromEntries(inherited),
      REPRAM_HTTP_PORT: String(this.#ports[0]),
      REPRAM_GOSSIP_PORT: String(this.#ports[1]),
      REPRAM_ADDRESS: ADDRESS,
      REPRAM_NODE_ID: nodeId,
      REPRAM_NETWORK: 'private',
      REPRAM_PEERS: peers.join(','),
      REPRAM_ENCLAVE: enclave,
      REPRAM_RATE_LIMIT: '10000',
      ...(secret === undefined ? {} : { REPRAM_CLUSTER_SECRET: secret }),
      ...environment,
    };
  }
}

export async function stopAll(nodes: readonly NodeProcess[]): Promise<void> {
  const failures: string[] = [];
  await Promise.all(nodes.map((node) => node.stop().catch((error: unknown) => failures.push(messageOf(error)))));
  if (failures.length > 0) throw new Error(failures.join('; '));
}
