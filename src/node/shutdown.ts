import type { Clock } from '../gossip/ports/clock.js';
import type { Log } from '../gossip/ports/log.js';

interface Stoppable {
  stop(): void;
}

/** Of a node, what has to be brought to an end. */
export interface Drainable {
  readonly clock: Clock;
  readonly log: Log;
  readonly gate: { drain(): void };
  readonly writes: { drained(): Promise<void> };
  readonly streams: { close(): void };
  readonly tree: Stoppable & { drain(timeoutMs: number, written: Promise<unknown>): Promise<void> };
  readonly recovery: Stoppable;
  /** Where the seeds come from, unless from the configuration alone. */
  readonly omega?: Stoppable | undefined;
  readonly seedRounds: Stoppable;
  readonly gossip: Stoppable & { leave(): Promise<void> };
  readonly server: { close(): Promise<void>; destroy(): void };
  readonly transport: { close(): void };
  readonly store: Stoppable;
  readonly lag: Stoppable;
}

/** Of the time to stop, what writes may take: the rest is for saying goodbye. */
const SHARE_OF_WRITES = 0.75;

/**
 * Stops a node, within `timeoutMs`: readiness off, clients turned away and streams ended, children moved to others, writes
 * in flight finished, leaving said to the peers, connections ended. Writes are finished before the node says that it leaves: a peer does not
 * acknowledge to a node that has gone. What is not done in time is cut off.
 */
export async function drainAndStop(node: Drainable, timeoutMs: number): Promise<void> {
  const { clock, log, gate, recovery, seedRounds, gossip, server, transport, store, lag, writes, streams, tree } = node;
  log.info('draining', { timeoutMs });
  gate.drain();
  streams.close();
  recovery.stop();
  seedRounds.stop();
  node.omega?.stop();
  const over = new AbortController();
  const orderly = async (): Promise<'drained'> => {
    const shareMs = timeoutMs * SHARE_OF_WRITES;
    const written = writes.drained();
    const leaveTaken = Promise.all([written, tree.drain(shareMs, written)]);
    await Promise.race([leaveTaken, clock.sleep(shareMs, over.signal)]);
    tree.stop();
    gossip.stop();
    await gossip.leave();
    await server.close();
    return 'drained';
  };
  const timeout = clock.sleep(timeoutMs, over.signal).then(() => 'cut off' as const);
  const ending = await Promise.race([orderly(), timeout]);
  over.abort();
  tree.stop();
  gossip.stop();
  server.destroy();
  transport.close();
  store.stop();
  lag.stop();
  log.info('stopped', { ending });
}
