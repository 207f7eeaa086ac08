import type { Log } from '../../../src/gossip/ports/log.js';
import type { NodeConfig } from '../../../src/node/config/node-config.js';
import { defaultConfig } from '../../../src/node/config/resolve.js';
import { type RunningNode, startNode } from '../../../src/node/node.js';

const ignore = (): void => undefined;

/** Swallows everything. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A node in this process, on loopback, on a port of the operating system's choice. */
export function startTestNode(overrides: Partial<NodeConfig> = {}, log: Log = silentLog): Promise<RunningNode> {
  const config: NodeConfig = {
    ...defaultConfig(),
    host: '127.0.0.1',
    address: '127.0.0.1',
    network: 'private',
    httpPort: 0,
    rateLimit: 1_000_000,
    drainTimeoutMs: 2000,
    ...overrides,
  };
  return startNode(config, { log });
}
