import type { HostPort } from '../../../src/gossip/address.js';
import { HttpTransport } from '../../../src/node/transport/http-transport.js';
import { SIGNATURE_HEADER } from '../../../src/node/wire/signature.js';
import { SimConnections } from '../../sim/world/connections.js';
import type { Listener } from '../../sim/world/machine.js';
import { Network } from '../../sim/world/network.js';
import { SimProcess } from '../../sim/world/process.js';
import { ProcessClock } from '../../sim/world/process-clock.js';
import { peerGuards } from '../../support/peer-guards.js';
import { ReadableMetrics, SeededRng } from '../../support/ports.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { type Behaviour, headersOf, type TransportWorld } from './transport-world.js';

const MAX_PASSING_MS = 60_000;

/** The transport over simulated connections: the peer is a process on a simulated machine. */
export async function simWorld(secrets: readonly string[] = [], maxAgeMs = 0): Promise<TransportWorld> {
  const clock = new VirtualClock();
  const network = new Network({ clock, rng: new SeededRng(1) }, {});
  const peer: HostPort = { host: 'peer.test', port: 8080 };
  const here = network.machineAt({ host: 'here.test', port: 8080 });
  const there = network.machineAt(peer);
  const process = new SimProcess(clock, () => undefined);
  const links: SimConnections[] = [];
  const metrics = new ReadableMetrics();
  const dial = (address: HostPort, onLost: () => void): Promise<SimConnections> => {
    const parts = { clock: new ProcessClock(clock, here.wall, process), network, machine: here, process };
    const link = new SimConnections(parts, address, onLost);
    links.push(link);
    return Promise.resolve(link);
  };
  const transport = new HttpTransport({ metrics, dial }, peerGuards(secrets, { metrics, maxAgeMs }));
  const bodies: Uint8Array[] = [];
  const signatures: (string | undefined)[] = [];
  let behaviour: Behaviour = { status: 200 };
  const listener: Listener = {
    process: new SimProcess(clock, () => undefined),
    answer: ({ body, headers }) => {
      bodies.push(body);
      signatures.push(headers[SIGNATURE_HEADER]);
      if (behaviour === 'silent') return undefined;
      if (behaviour === 'reset') return { status: 200, headers: {}, body: new Uint8Array(0) };
      return { status: behaviour.status, headers: headersOf(behaviour), body: behaviour.body ?? new Uint8Array(0) };
    },
  };
  there.listener = listener;
  return {
    transport,
    metrics,
    peer,
    bodies,
    signatures,
    get connections() {
      return links.reduce((sum, link) => sum + link.opened, 0);
    },
    behave: (next) => {
      behaviour = next;
      network.setLink(there, here, next === 'reset' ? { path: next } : undefined);
    },
    crash: async () => {
      listener.process.end();
      there.listener = undefined;
      for (const link of links) clock.setTimer(1, () => process.input(() => link.broken(listener)));
      await clock.run(1);
    },
    nowMs: () => clock.monotonicMs(),
    passing: async (promise) => {
      let ended = false;
      void promise.then(() => {
        ended = true;
      });
      for (let ms = 0; !ended && ms < MAX_PASSING_MS; ms += 10) await clock.run(10);
      return promise;
    },
    settle: () => clock.run(50),
    close: async () => transport.close(),
  };
}
