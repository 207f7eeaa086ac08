import { expect } from 'vitest';
import type { Log } from '../../../src/gossip/ports/log.js';
import type { NodeConfig } from '../../../src/node/config/node-config.js';
import type { RunningNode } from '../../../src/node/node.js';
import { ask, json } from './ask.js';
import { silentLog, startTestNode } from './test-node.js';

/** How long anything may take that is waited for, in milliseconds: the machine may be busy. */
export const PATIENCE_MS = 15_000;

/** Nodes of this process that form a tree. Call `stop` whatever happens. */
export class TreeNodes {
  readonly #common: Partial<NodeConfig>;
  readonly #nodes: RunningNode[] = [];

  constructor(common: Partial<NodeConfig> = {}) {
    this.#common = common;
  }

  /** A node that others can dial, with these as seeds; it has joined them. */
  async substrate(nodeId: string, seeds: readonly RunningNode[] = [], parts: Partial<NodeConfig> = {}) {
    const node = await this.start({ nodeId, inbound: 'true', peers: seeds.map(addressOf), ...parts });
    await node.joined;
    return node;
  }

  /** Substrates that each count all of them for a quorum. */
  async substrates(...ids: readonly string[]): Promise<RunningNode[]> {
    const nodes: RunningNode[] = [];
    for (const id of ids) nodes.push(await this.substrate(id, nodes.slice(0, 1)));
    for (const node of nodes) await metricIs(node, 'repram_quorum_basis', ids.length);
    return nodes;
  }

  /** A node that nobody dials, with these as candidates. It is not attached yet. */
  transient(nodeId: string, seeds: readonly RunningNode[], parts: Partial<NodeConfig> = {}): Promise<RunningNode> {
    return this.start({ nodeId, inbound: 'false', peers: seeds.map(addressOf), ...parts });
  }

  /** The same, attached. */
  async child(nodeId: string, seeds: readonly RunningNode[], parts: Partial<NodeConfig> = {}): Promise<RunningNode> {
    const node = await this.transient(nodeId, seeds, parts);
    await node.joined;
    return node;
  }

  async start(parts: Partial<NodeConfig>, log: Log = silentLog): Promise<RunningNode> {
    const node = await startTestNode({ ...this.#common, ...parts }, log);
    this.#nodes.push(node);
    return node;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.splice(0).map((node) => node.stop()));
  }
}

export function addressOf({ port }: RunningNode): { readonly host: string; readonly port: number } {
  return { host: '127.0.0.1', port };
}

export async function put(node: RunningNode, key: string, body: string | Uint8Array, ttlSeconds = 600) {
  const response = await fetch(`http://127.0.0.1:${node.port}/v1/data/${key}?ttl=${ttlSeconds}`, {
    method: 'PUT',
    body,
  });
  await response.arrayBuffer();
  return response.status;
}

/** The answer to a read; `query` begins with a question mark. */
export function get(node: RunningNode, key: string, query = '') {
  return ask(node.port, 'GET', `/v1/data/${key}${query}`);
}

export async function status(node: RunningNode): Promise<Record<string, unknown>> {
  return json(await ask(node.port, 'GET', '/v1/status'));
}

export async function topology(node: RunningNode): Promise<Record<string, unknown>> {
  return json(await ask(node.port, 'GET', '/v1/topology'));
}

/** The value of one series, as `name` or `name{label="value"}`. */
export async function metric(node: RunningNode, series: string): Promise<number> {
  const { body } = await ask(node.port, 'GET', '/v1/metrics');
  const line = body
    .toString()
    .split('\n')
    .find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? Number.NaN);
}

export async function metricIs(node: RunningNode, series: string, value: number): Promise<void> {
  await expect.poll(() => metric(node, series), { timeout: PATIENCE_MS }).toBe(value);
}

/** The ids of who is attached, sorted. */
export async function childrenOf(node: RunningNode): Promise<readonly string[]> {
  const { children } = (await topology(node)) as { readonly children: readonly { readonly id: string }[] };
  return children.map(({ id }) => id).sort();
}

/** The id of the parent; `undefined` where there is none. */
export async function parentOf(node: RunningNode): Promise<string | undefined> {
  const { parent } = (await status(node)) as { readonly parent?: { readonly id: string } | null };
  return parent?.id;
}

export async function attachedTo(node: RunningNode, ...parents: readonly RunningNode[]): Promise<void> {
  const ids = parents.map(({ nodeId }) => nodeId);
  await expect.poll(() => parentOf(node), { timeout: PATIENCE_MS }).toBeOneOf(ids);
}

/** The value arrives. */
export async function holds(node: RunningNode, key: string, value: string): Promise<void> {
  await expect.poll(async () => (await get(node, key)).body.toString(), { timeout: PATIENCE_MS }).toBe(value);
}
