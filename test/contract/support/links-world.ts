import { createServer, type Server, type Socket } from 'node:net';
import { expect, vi } from 'vitest';
import type { HostPort } from '../../../src/gossip/address.js';
import { HttpServer } from '../../../src/node/http/http-server.js';
import { systemClock } from '../../../src/node/runtime/system-clock.js';
import { WsAcceptor } from '../../../src/node/tree/ws-acceptor.js';
import { WsDialer } from '../../../src/node/tree/ws-dialer.js';
import { WsLinks, type WsLinksOptions } from '../../../src/node/tree/ws-links.js';
import type { DialOutcome, Link, LinkCodec } from '../../../src/tree/ports/link.js';
import type { Listener } from '../../sim/world/machine.js';
import { Network } from '../../sim/world/network.js';
import { SimProcess } from '../../sim/world/process.js';
import { ProcessClock } from '../../sim/world/process-clock.js';
import { SimDialer, SimLinks } from '../../sim/world/sim-dialer.js';
import { ReadableMetrics, RecordingLog, SeededRng } from '../../support/ports.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** What the other end does with whoever dials. */
export type Reception = 'accepts' | 'full' | 'no links';

/** One end that dials and one that is dialled, whatever carries their links. */
export interface LinksWorld {
  readonly address: HostPort;
  /** Nobody listens there. */
  readonly deserted: HostPort;
  /** Connections are made there, and nothing is ever answered. */
  readonly mute: HostPort;
  /** Links that the other end has accepted, oldest first. */
  readonly accepted: Link[];
  receive(reception: Reception): void;
  /** What the other end says to each link as soon as it has accepted it. */
  greet(greeting: Uint8Array): void;
  dial(address: HostPort, timeoutMs: number, signal?: AbortSignal): Promise<DialOutcome>;
  /** The other end reads nothing, until told otherwise. */
  pause(isPaused: boolean): void;
  /** The process at the other end is killed. */
  kill(): Promise<void>;
  nowMs(): number;
  passing<T>(promise: Promise<T>): Promise<T>;
  /** Lets time pass until something is so; fails where it never is. */
  until(condition: () => boolean): Promise<void>;
  /** Lets `ms` pass. */
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** The other end's part of a real world, for tests that look closer. */
export interface WsWorld extends LinksWorld {
  readonly server: HttpServer;
  readonly links: WsLinks;
  readonly dialer: WsDialer;
  readonly metrics: ReadableMetrics;
  readonly log: RecordingLog;
  readonly sockets: ReadonlySet<Socket>;
  /** Called with each link that is accepted, at once. */
  hearOf(onAccept: (link: Link) => void): void;
  /** Requests over HTTP are answered when this has resolved. */
  answerAfter(promise: Promise<void>): void;
  /** With what the gate refuses the next handshakes. */
  gateSays(refusal: string | undefined): void;
}

const DESERTED: HostPort = { host: '127.0.0.1', port: 1 };

export async function wsWorld(options: WsLinksOptions = {}, host = '127.0.0.1'): Promise<WsWorld> {
  const [metrics, log] = [new ReadableMetrics(), new RecordingLog()];
  const links = new WsLinks({ log, metrics }, options);
  const accepted: Link[] = [];
  let reception: Reception = 'accepts';
  let greeting: Uint8Array | undefined;
  let heardOf = (_link: Link): void => undefined;
  let refusal: string | undefined;
  const acceptor = new WsAcceptor(
    { metrics },
    {
      links,
      gate: { refusalOfUpgrade: () => refusal },
      mayAccept: () => reception !== 'full',
      onLink: (link) => {
        accepted.push(link);
        heardOf(link);
        if (greeting !== undefined) link.send(greeting);
      },
    },
  );
  const server = new HttpServer();
  const sockets = new Set<Socket>();
  const dialer = new WsDialer(new WsLinks({ log, metrics: new ReadableMetrics() }));
  let hasToWait: Promise<void> | undefined;
  const answer = (_req: unknown, res: { end(text: string): void }): void => {
    if (hasToWait === undefined) res.end('ok');
    else void hasToWait.then(() => res.end('ok'));
  };
  const port = await server.listen(0, host, () => ({
    request: answer,
    expectation: answer,
    unknownExpectation: answer,
    upgrade: async (req, socket, head) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return reception === 'no links' ? 'unknown' : acceptor.upgrade(req, socket, head);
    },
  }));
  const mute = createServer((socket) => void socket.on('error', () => undefined).resume());
  const mutePort = await listening(mute);
  return {
    ...{ server, links, dialer, metrics, log, sockets, accepted },
    address: { host, port },
    deserted: DESERTED,
    mute: { host: '127.0.0.1', port: mutePort },
    receive: (next) => {
      reception = next;
    },
    greet: (next) => {
      greeting = next;
    },
    hearOf: (next) => {
      heardOf = next;
    },
    answerAfter: (promise) => {
      hasToWait = promise;
    },
    gateSays: (next) => {
      refusal = next;
    },
    dial: (address, timeoutMs, signal = new AbortController().signal) => dialer.dial(address, timeoutMs, signal),
    pause: (isPaused) => {
      for (const socket of sockets) {
        if (isPaused) socket.pause();
        else socket.resume();
      }
    },
    kill: async () => server.destroy(),
    nowMs: () => performance.now(),
    passing: (promise) => promise,
    until: (condition) => vi.waitFor(() => expect(condition()).toBe(true), { timeout: 10_000, interval: 2 }),
    wait: (ms) => systemClock.sleep(ms),
    close: async () => {
      mute.close();
      server.destroy();
    },
  };
}

export function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
    });
  });
}

const MAX_PASSING_MS = 120_000;

export async function simLinksWorld(codec: LinkCodec = 'cbor'): Promise<LinksWorld> {
  const clock = new VirtualClock();
  const network = new Network({ clock, rng: new SeededRng(1) }, {});
  const links = new SimLinks({ clock, network, rng: new SeededRng(2) });
  const [address, mute] = [
    { host: 'peer.test', port: 8080 },
    { host: 'mute.test', port: 8080 },
  ];
  const here = network.machineAt({ host: 'here.test', port: 8080 });
  const there = network.machineAt(address);
  const process = new SimProcess(clock, () => undefined);
  const dialer = new SimDialer({ links, machine: here, process, clock: new ProcessClock(clock, here.wall, process) });
  const accepted: Link[] = [];
  let mayAccept = true;
  let greeting: Uint8Array | undefined;
  const listener: Listener = { process: new SimProcess(clock, () => undefined), answer: () => undefined };
  const accepting: Listener = {
    ...listener,
    links: {
      codec,
      mayAccept: () => mayAccept,
      accept: (link) => {
        accepted.push(link);
        if (greeting !== undefined) link.send(greeting);
      },
    },
  };
  there.listener = accepting;
  const stalled = new SimProcess(clock, () => undefined);
  stalled.stall(MAX_PASSING_MS * 10);
  network.machineAt(mute).listener = { process: stalled, answer: () => undefined };
  return {
    ...{ address, mute, accepted },
    deserted: { host: 'nobody.test', port: 8080 },
    receive: (next) => {
      mayAccept = next !== 'full';
      there.listener = next === 'no links' ? listener : accepting;
    },
    greet: (next) => {
      greeting = next;
    },
    dial: (to, timeoutMs, signal = new AbortController().signal) => dialer.dial(to, timeoutMs, signal),
    pause: (isPaused) => (isPaused ? listener.process.stall(MAX_PASSING_MS * 10) : listener.process.resume()),
    kill: async () => {
      listener.process.end();
      there.listener = undefined;
    },
    nowMs: () => clock.monotonicMs(),
    passing: async (promise) => {
      let isOver = false;
      void promise.then(() => {
        isOver = true;
      });
      for (let ms = 0; !isOver && ms < MAX_PASSING_MS; ms += 10) await clock.run(10);
      return promise;
    },
    until: async (condition) => {
      for (let ms = 0; !condition() && ms < MAX_PASSING_MS; ms += 2) await clock.run(2);
      expect(condition()).toBe(true);
    },
    wait: (ms) => clock.run(ms),
    close: async () => undefined,
  };
}
