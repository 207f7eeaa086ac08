import { Agent, request } from 'node:http';
import { VALUE } from './generator.js';

const CONCURRENCY = 64;

/** Writes `count` keys and resolves with how many were answered with anything but 201. */
export async function fill(url: URL, count: number, prefix: string): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  let next = 0;
  let failed = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const status = await put(agent, new URL(`/v1/data/${prefix}-${next++}`, url));
      if (status !== 201) failed += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return failed;
  } finally {
    agent.destroy();
  }
}

function put(agent: Agent, url: URL): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: 'PUT', headers: { 'Content-Length': VALUE.byteLength } });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.on('error', reject);
      incoming.on('end', () => resolve(incoming.statusCode ?? 0));
      incoming.resume();
    });
    outgoing.end(VALUE);
  });
}
