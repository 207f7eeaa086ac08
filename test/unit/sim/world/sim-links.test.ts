import { beforeEach, describe, expect, it } from 'vitest';
import type { DialOutcome, Link } from '../../../../src/tree/ports/link.js';
import type { Listener, Machine } from '../../../sim/world/machine.js';
import { Network } from '../../../sim/world/network.js';
import { SimProcess } from '../../../sim/world/process.js';
import { ProcessClock } from '../../../sim/world/process-clock.js';
import { SimDialer, SimLinks } from '../../../sim/world/sim-dialer.js';
import { WINDOW_BYTES } from '../../../sim/world/sim-stream.js';
import { SeededRng } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

// What can be compared with real links is in test/contract/links.test.ts.

const PEER = { host: 'peer.test', port: 8080 };
const MIB = 1024 * 1024;

interface Told {
  readonly messages: { readonly atMs: number; readonly data: string | Uint8Array }[];
  readonly closes: number[];
  pongs: number;
}

let clock: VirtualClock;
let network: Network;
let here: Machine;
let there: Machine;
let near: SimProcess;
let far: SimProcess;
let dialer: SimDialer;
let accepted: Link[];

beforeEach(() => world(1));

function world(seed: number): void {
  clock = new VirtualClock();
  network = new Network({ clock, rng: new SeededRng(1) }, {});
  const links = new SimLinks({ clock, network, rng: new SeededRng(seed) });
  here = network.machineAt({ host: 'here.test', port: 8080 });
  there = network.machineAt(PEER);
  near = new SimProcess(clock, () => undefined);
  dialer = new SimDialer({ links, machine: here, process: near, clock: new ProcessClock(clock, here.wall, near) });
  accepted = [];
  listen();
}

function listen(codec: 'json' | 'cbor' = 'cbor'): void {
  far = new SimProcess(clock, () => undefined);
  const accept = (link: Link) => void accepted.push(link);
  const listener: Listener = {
    process: far,
    answer: () => undefined,
    links: { codec, mayAccept: () => true, accept },
  };
  there.listener = listener;
  there.hasPower = true;
}

function listenTo(link: Link): Told {
  const told: Told = { messages: [], closes: [], pongs: 0 };
  link.onMessage = (data) => void told.messages.push({ atMs: clock.monotonicMs(), data });
  link.onClose = (code) => void told.closes.push(code);
  link.onPong = () => {
    told.pongs++;
  };
  return told;
}

async function outcome(timeoutMs = 5000, withinMs = 6000): Promise<DialOutcome | undefined> {
  let ended: DialOutcome | undefined;
  void dialer.dial(PEER, timeoutMs, new AbortController().signal).then((result) => {
    ended = result;
  });
  const untilMs = clock.monotonicMs() + withinMs;
  while (ended === undefined && clock.monotonicMs() < untilMs) await clock.run(1);
  return ended;
}

async function attached() {
  const dialled = await outcome();
  const other = accepted.at(-1);
  if (dialled?.kind !== 'open' || other === undefined) throw new Error(`not open: ${dialled?.kind}`);
  const { link } = dialled;
  const [told, toldOther] = [listenTo(link), listenTo(other)];
  // Until the last acknowledgement of the handshake is there.
  await clock.run(network.conditions(here, there).loss > 0 ? 10_000 : 100);
  return { link, other, told, toldOther };
}

const path = (of: 'silent' | 'refused' | 'reset' | 'open'): void =>
  network.partition([[here], [there]], of as 'silent');

describe('loss', () => {
  it('delays, and neither loses nor reorders anything', async () => {
    network.setBase({ loss: 0.3 });
    const { link, toldOther } = await attached();
    for (let i = 0; i < 300; i++) link.send(Uint8Array.of(i & 255, i >> 8));
    await clock.run(60_000);
    const order = toldOther.messages.map(({ data }) => (data[0] as number) + 256 * (data[1] as number));
    expect(order).toEqual(Array.from({ length: 300 }, (_, i) => i));
    const firstMs = toldOther.messages[0]?.atMs ?? 0;
    expect((toldOther.messages.at(-1)?.atMs ?? 0) - firstMs).toBeGreaterThan(200);
  });

  it('of everything ends the link in the end', async () => {
    const { link, told } = await attached();
    network.setBase({ loss: 1 });
    link.send(Uint8Array.of(1));
    await clock.run(60_000);
    expect(told.closes).toEqual([]);
    await clock.run(15 * 60_000);
    expect(told.closes).toEqual([1006]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is the same with the same seed, and another with another', async () => {
    const times = async (seed: number): Promise<number[]> => {
      world(seed);
      network.setBase({ loss: 0.2 });
      const { link, toldOther } = await attached();
      for (let i = 0; i < 50; i++) link.send(Uint8Array.of(i));
      await clock.run(60_000);
      return toldOther.messages.map(({ atMs }) => atMs);
    };
    const first = await times(5);
    expect(await times(5)).toEqual(first);
    expect(await times(6)).not.toEqual(first);
  });
});

describe('a silent path', () => {
  it('holds everything back until it heals', async () => {
    const { link, told, toldOther } = await attached();
    path('silent');
    const before = link.bytesReceived;
    link.send(Uint8Array.of(1));
    link.ping();
    await clock.run(9000);
    expect([told.pongs, told.closes, toldOther.messages, link.bytesReceived]).toEqual([0, [], [], before]);
    network.heal();
    await clock.run(10_000);
    expect([told.pongs, toldOther.messages.length, told.closes]).toEqual([1, 1, []]);
  });

  it('one way only lets the other way through', async () => {
    const { link, other, told, toldOther } = await attached();
    network.setLink(there, here, { path: 'silent' });
    link.send(Uint8Array.of(1));
    other.send(Uint8Array.of(2));
    await clock.run(5000);
    expect([toldOther.messages.length, told.messages.length]).toEqual([1, 0]);
  });

  it('leaves the other end of a terminated link open until it says something after it has healed', async () => {
    const { link, other, told, toldOther } = await attached();
    path('silent');
    link.terminate();
    await clock.run(5000);
    expect([told.closes, toldOther.closes]).toEqual([[1006], []]);
    network.heal();
    other.ping();
    await clock.run(10_000);
    expect(toldOther.closes).toEqual([1006]);
  });

  it('takes in a window, and the rest is queued', async () => {
    const { link } = await attached();
    path('silent');
    for (let i = 0; i < 4; i++) link.send(new Uint8Array(MIB));
    expect(link.bytesQueued).toBeGreaterThanOrEqual(4 * MIB - WINDOW_BYTES);
    expect(link.bytesQueued).toBeLessThan(4 * MIB);
  });

  it('is a timeout to whoever dials, and no link', async () => {
    path('silent');
    expect(await outcome(3000)).toEqual({ kind: 'timeout' });
    network.heal();
    await clock.run(60_000);
    expect([accepted, clock.pendingTimers]).toEqual([[], 0]);
  });

  it('that heals while somebody dials is found open by the next attempt', async () => {
    path('silent');
    clock.setTimer(500, () => network.heal());
    expect((await outcome(5000))?.kind).toBe('open');
    expect(clock.monotonicMs()).toBeGreaterThan(1000);
  });

  it('under the answer to the handshake leaves no link behind', async () => {
    network.setLink(there, here, { path: 'silent' });
    expect(await outcome(3000)).toEqual({ kind: 'timeout' });
    network.heal();
    await clock.run(60_000);
    expect([accepted, far.onEnd.size, near.onEnd.size]).toEqual([[], 0, 0]);
  });
});

describe.each(['refused', 'reset'] as const)('a path that is %s', (kind) => {
  it('breaks a link once something is said on it, at both ends', async () => {
    const { link, told, toldOther } = await attached();
    path(kind);
    await clock.run(5000);
    expect([told.closes, toldOther.closes]).toEqual([[], []]);
    link.ping();
    await clock.run(1000);
    expect([told.closes, toldOther.closes]).toEqual([[1006], [1006]]);
  });

  it('refuses whoever dials', async () => {
    path(kind);
    expect(await outcome()).toEqual({ kind: 'refused' });
  });
});

describe('a process', () => {
  it('that is killed ends its links, what was on its way arriving first', async () => {
    const { other, told } = await attached();
    other.send(new Uint8Array(100_000));
    far.end();
    await clock.run(1000);
    expect([told.messages.length, told.closes]).toEqual([1, [1006]]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that is killed drops what the kernel had not taken', async () => {
    const { other, told } = await attached();
    for (let i = 0; i < 4; i++) other.send(new Uint8Array(MIB - 100));
    far.end();
    await clock.run(1000);
    expect([told.messages.length, told.closes]).toEqual([1, [1006]]);
  });

  it('that is killed behind a silent path is missed once that heals', async () => {
    const { told } = await attached();
    path('silent');
    far.end();
    there.listener = undefined;
    await clock.run(5000);
    expect(told.closes).toEqual([]);
    network.heal();
    await clock.run(10_000);
    expect(told.closes).toEqual([1006]);
  });

  it('whose machine loses power is silent, and its successor knows nothing of its links', async () => {
    const { link, told } = await attached();
    there.hasPower = false;
    there.listener = undefined;
    far.end();
    link.ping();
    await clock.run(5000);
    expect([told.pongs, told.closes]).toEqual([0, []]);
    listen();
    await clock.run(10_000);
    expect(told.closes).toEqual([1006]);
  });

  it('that is stalled takes bytes in, and answers once it goes on', async () => {
    const { link, other, told, toldOther } = await attached();
    const before = other.bytesReceived;
    far.stall(8000);
    link.send(Uint8Array.of(1));
    link.ping();
    await clock.run(7000);
    expect([told.pongs, link.bytesQueued, other.bytesReceived]).toEqual([0, 0, before]);
    await clock.run(2000);
    expect([told.pongs, toldOther.messages.length]).toEqual([1, 1]);
  });

  it('that is stalled makes whoever dials wait', async () => {
    far.stall(60_000);
    expect(await outcome(2000)).toEqual({ kind: 'timeout' });
  });

  it('that dials and is killed leaves nothing behind', async () => {
    void dialer.dial(PEER, 5000, new AbortController().signal);
    near.end();
    await clock.run(60_000);
    expect([accepted.length, far.onEnd.size, clock.pendingTimers]).toEqual([0, 0, 0]);
  });

  it('that only knows JSON frames gets those, at either end', async () => {
    listen('json');
    const { link, other, toldOther } = await attached();
    link.send('text');
    await clock.run(100);
    expect([link.codec, other.codec, toldOther.messages[0]?.data]).toEqual(['json', 'json', 'text']);
  });
});

describe('a slow line', () => {
  it('takes its time for every byte', async () => {
    const { link, toldOther } = await attached();
    network.setLink(here, there, { bytesPerSecond: 100_000 });
    const startedMs = clock.monotonicMs();
    link.send(new Uint8Array(500_000));
    await clock.run(20_000);
    expect((toldOther.messages[0]?.atMs ?? 0) - startedMs).toBeGreaterThan(5000);
    expect((toldOther.messages[0]?.atMs ?? 0) - startedMs).toBeLessThan(5500);
  });

  it('shows signs of life while a large message is on its way', async () => {
    const { link, other } = await attached();
    network.setLink(here, there, { bytesPerSecond: 100_000 });
    const before = other.bytesReceived;
    link.send(new Uint8Array(500_000));
    await clock.run(2000);
    expect(other.bytesReceived - before).toBeGreaterThan(100_000);
  });

  it('is busy to whoever dials, as often as it says', async () => {
    network.setBase({ busy: 1 });
    expect(await outcome()).toEqual({ kind: 'rejected' });
  });
});

it('A link that is done with leaves nothing behind', async () => {
  const { link, told, toldOther } = await attached();
  link.send(new Uint8Array(5 * MIB));
  link.close(1000, '');
  await clock.run(5000);
  expect([told.closes, toldOther.closes]).toEqual([[1000], [1000]]);
  expect([near.onEnd.size, far.onEnd.size, clock.pendingTimers]).toEqual([0, 0, 0]);
});
