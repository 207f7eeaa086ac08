// Runs many transients in one process, and writes what happens to each as a line of JSON on standard output:
//   node crowd-host.js '{"prefix":"t1-","count":50,"seeds":[{"host":"127.0.0.1","port":9000}]}'
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CrowdEvent, CrowdOrder } from './crowd.js';

/** As much of the library as this needs. */
interface Library {
  defaultConfig(): object;
  startNode(config: object, options: { readonly log: Record<string, () => void> }): Promise<RunningNode>;
}

interface RunningNode {
  readonly events: { subscribe(listener: (event: NodeEvent) => void): void };
}

interface NodeEvent {
  readonly kind: string;
  readonly parent?: { readonly id: string };
}

const ignore = (): void => undefined;
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

const { prefix, count, seeds } = JSON.parse(process.argv[2] ?? '') as CrowdOrder;
const { defaultConfig, startNode } = (await import(pathToFileURL(resolve('dist/node/index.js')).href)) as Library;
for (let index = 1; index <= count; index += 1) await start(`${prefix}${index}`);

async function start(nodeId: string): Promise<void> {
  const place = { host: '127.0.0.1', address: '127.0.0.1', httpPort: 0, network: 'private', inbound: 'false' };
  const node = await startNode({ ...defaultConfig(), ...place, nodeId, peers: seeds }, { log: SILENT });
  node.events.subscribe(({ kind, parent }) => {
    if (kind !== 'attached' && kind !== 'detached') return;
    const event: CrowdEvent = {
      id: nodeId,
      kind,
      parent: parent?.id ?? '',
      atMs: performance.timeOrigin + performance.now(),
    };
    process.stdout.write(`${JSON.stringify(event)}\n`);
  });
}
