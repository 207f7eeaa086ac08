import { beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from '../../../sim/world/machine.js';
import { type Connection, type ExchangeResult, Network } from '../../../sim/world/network.js';
import { SimProcess } from '../../../sim/world/process.js';
import { SeededRng } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const FAST = { delay: { kind: 'uniform', minMs: 1, maxMs: 1 } } as const;

interface Arrival {
  readonly atMs: number;
  readonly body: Uint8Array;
}

/** A machine whose process answers whatever it is sent with the same bytes. */
interface Site {
  readonly machine: Machine;
  readonly arrivals: Arrival[];
  process: SimProcess;
}

let clock: VirtualClock;
let network: Network;
let lost: string[];
let a: Site;
let b: Site;

function start(machine: Machine, arrivals: Arrival[] = []): Site {
  const process = new SimProcess(clock, () => undefined);
  const answer = ({ body }: { readonly body: Uint8Array }) => {
    arrivals.push({ atMs: clock.monotonicMs(), body });
    return { status: 200, headers: {}, body };
  };
  machine.listener = { process, answer };
  return { machine, arrivals, process };
}

const site = (host: string): Site => start(network.machineAt({ host, port: 8080 }));

function worldOf(seed: number): void {
  clock = new VirtualClock();
  lost = [];
  network = new Network({ clock, rng: new SeededRng(seed) }, { lost: (_exchange, what) => void lost.push(what) });
  network.setBase(FAST);
  [a, b] = [site('a'), site('b')];
}

beforeEach(() => worldOf(1));

/** What comes back of each of `count` requests, and when; in the order it comes. */
function ask(from: Site, to: Site, count = 1, bytes = 10, connection?: Connection): (readonly [string, number])[] {
  const results: (readonly [string, number])[] = [];
  const done = (result: ExchangeResult): void => {
    const text = 'answer' in result ? String(result.answer.status) : result.failure.kind;
    results.push([text, clock.monotonicMs()]);
  };
  for (let i = 0; i < count; i++) {
    const request = { path: '/v1/gossip/message', headers: {}, body: new Uint8Array(bytes).fill(0x55) };
    network.carry(from.machine, from.process, to.machine.address, request, done, connection);
  }
  return results;
}

function kinds(from: Site, to: Site, count = 1): string[] {
  const results = ask(from, to, count);
  clock.advance(1000);
  return results.map(([kind]) => kind);
}

const changedBits = (body: Uint8Array): number => {
  let bits = 0;
  for (const byte of body) for (let rest = byte ^ 0x55; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
};

describe('a sound link', () => {
  it('carries request and answer, each with its delay', () => {
    const results = ask(a, b);
    expect(network.inTransit).toBe(1);
    clock.advance(10);
    expect([results, b.arrivals[0]?.atMs, network.inTransit]).toEqual([[['200', 2]], 1, 0]);
    expect(network.traffic).toEqual({ messages: 2, bytes: 20 });
  });

  it('lets later requests overtake earlier ones where delays differ', () => {
    network.setBase({ delay: { kind: 'uniform', minMs: 0, maxMs: 100 } });
    const order: number[] = [];
    for (let i = 0; i < 20; i++) {
      const request = { path: '/', headers: {}, body: Uint8Array.of(i) };
      network.carry(a.machine, a.process, b.machine.address, request, () => undefined);
    }
    clock.advance(1000);
    for (const { body } of b.arrivals) order.push(body[0] ?? -1);
    expect([...order].sort((x, y) => x - y)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(order).not.toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('brings a stalled process its requests when it goes on, and none to one that ended meanwhile', () => {
    const results = ask(a, b);
    b.process.stall(500);
    clock.advance(499);
    expect(b.arrivals).toEqual([]);
    clock.advance(10);
    expect(results).toEqual([['200', 501]]);
    const never = ask(a, b);
    b.process.stall(500);
    clock.advance(100);
    b.process.end();
    clock.advance(1000);
    expect([never, b.arrivals.length]).toEqual([[], 1]);
  });
});

describe('a lossy link', () => {
  it('loses about its share of requests, and of answers the same share again', () => {
    network.setBase({ ...FAST, loss: 0.3 });
    const answered = kinds(a, b, 10_000).length;
    expect(Math.abs(b.arrivals.length / 10_000 - 0.7)).toBeLessThan(0.02);
    expect(Math.abs(answered / 10_000 - 0.49)).toBeLessThan(0.02);
    expect(lost.filter((what) => what === 'request')).toHaveLength(10_000 - b.arrivals.length);
    expect(lost.filter((what) => what === 'answer')).toHaveLength(b.arrivals.length - answered);
  });

  it('loses nothing in the other direction', () => {
    network.setLink(a.machine, b.machine, { loss: 1 });
    expect([kinds(a, b, 10), b.arrivals, lost]).toEqual([[], [], Array(10).fill('request')]);
    expect(kinds(b, a, 10)).toEqual([]);
    expect(a.arrivals).toHaveLength(10);
  });
});

describe('a link that duplicates', () => {
  it('brings about its share of requests twice, and each answer once', () => {
    network.setBase({ ...FAST, duplication: 0.25 });
    const results = kinds(a, b, 4000);
    expect(results).toEqual(Array(4000).fill('200'));
    expect(Math.abs(b.arrivals.length / 4000 - 1.25)).toBeLessThan(0.03);
  });
});

describe('a link that corrupts', () => {
  it('changes exactly one bit, of a request or of its answer, and leaves what was sent alone', () => {
    network.setLink(a.machine, b.machine, { corruption: 1 });
    const body = new Uint8Array(100).fill(0x55);
    const request = { path: '/', headers: {}, body };
    let answer: Uint8Array | undefined;
    const done = (result: ExchangeResult): void => {
      answer = 'answer' in result ? result.answer.body : undefined;
    };
    for (let i = 0; i < 100; i++) network.carry(a.machine, a.process, b.machine.address, request, done);
    clock.advance(10);
    expect(b.arrivals.map((arrival) => changedBits(arrival.body))).toEqual(Array(100).fill(1));
    expect(new Set(b.arrivals.map((arrival) => Buffer.from(arrival.body).toString('hex'))).size).toBeGreaterThan(50);
    expect(changedBits(body)).toBe(0);
    network.setLink(a.machine, b.machine, undefined);
    network.setLink(b.machine, a.machine, { corruption: 1 });
    network.carry(a.machine, a.process, b.machine.address, request, done);
    clock.advance(10);
    expect([b.arrivals.at(-1)?.body, answer && changedBits(answer)]).toEqual([body, 1]);
  });

  it('leaves an empty body empty', () => {
    network.setBase({ ...FAST, corruption: 1 });
    const results = ask(a, b, 1, 0);
    clock.advance(10);
    expect([results[0]?.[0], b.arrivals[0]?.body.byteLength]).toEqual(['200', 0]);
  });
});

describe('a narrow link', () => {
  it('lets messages wait for each other, by their size, and not for those of the other direction', () => {
    network.setLink(a.machine, b.machine, { bytesPerSecond: 1000 });
    ask(a, b, 3, 100);
    const back = ask(b, a, 1, 100);
    clock.advance(150);
    expect(a.arrivals.map(({ atMs }) => atMs)).toEqual([1]);
    clock.advance(1000);
    expect(b.arrivals.map(({ atMs }) => atMs)).toEqual([101, 201, 301]);
    // The answer travels from a to b, so it waits behind what a asked.
    expect(back).toEqual([['200', 401]]);
  });

  it('loses what would have to wait for more than 10 s, and takes the next that fits', () => {
    network.setLink(a.machine, b.machine, { bytesPerSecond: 100 });
    ask(a, b, 1, 900);
    ask(a, b, 1, 101);
    ask(a, b, 1, 100);
    clock.advance(20_000);
    expect([b.arrivals.map(({ atMs }) => atMs), lost]).toEqual([[9001, 10_001], ['request']]);
  });

  it('is free again once what waited has gone', () => {
    network.setLink(a.machine, b.machine, { bytesPerSecond: 1000 });
    ask(a, b, 1, 100);
    clock.advance(1000);
    ask(a, b, 1, 100);
    clock.advance(1000);
    expect(b.arrivals.map(({ atMs }) => atMs)).toEqual([101, 1101]);
  });
});

describe('a link that was narrow', () => {
  it('drains at the rate it had once its fault is over, and what is sent then does not overtake', () => {
    network.setLink(a.machine, b.machine, { bytesPerSecond: 1000 });
    ask(a, b, 2, 100);
    network.setLink(a.machine, b.machine, undefined);
    ask(a, b, 1, 50);
    clock.advance(150);
    expect(b.arrivals.map(({ atMs }) => atMs)).toEqual([101]);
    clock.advance(100);
    expect(b.arrivals.map(({ atMs, body }) => [atMs, body.byteLength])).toEqual([
      [101, 100],
      [201, 100],
      [201, 50],
    ]);
    ask(a, b, 1, 100);
    clock.advance(10);
    expect(b.arrivals.at(-1)?.atMs).toBe(251);
  });

  it('holds up what is sent at another rate until its queue is gone', () => {
    network.setLink(a.machine, b.machine, { bytesPerSecond: 1000 });
    ask(a, b, 1, 100);
    network.setLink(a.machine, b.machine, { bytesPerSecond: 2000 });
    ask(a, b, 1, 100);
    clock.advance(200);
    expect(b.arrivals.map(({ atMs }) => atMs)).toEqual([101, 151]);
  });

  it('and was healed does not hold up what is sent when it is narrow again', () => {
    network.setLink(a.machine, b.machine, { bytesPerSecond: 100 });
    ask(a, b, 1, 900);
    network.heal();
    network.setBase({ ...FAST, bytesPerSecond: 1000 });
    ask(a, b, 1, 100);
    clock.advance(200);
    expect(b.arrivals.map(({ atMs }) => atMs)).toEqual([101]);
  });
});

describe('a path that is cut', () => {
  it('in one direction lets requests of that direction vanish, and the answers to those of the other', () => {
    network.setLink(a.machine, b.machine, { path: 'silent' });
    expect([kinds(a, b), kinds(b, a), lost]).toEqual([[], [], ['request', 'answer']]);
    expect([a.arrivals.length, b.arrivals.length]).toEqual([1, 0]);
    expect([network.isSilent(a.machine, b.machine), network.isSilent(b.machine, a.machine)]).toEqual([true, true]);
  });

  it.each(['refused', 'reset'] as const)('and says %s does so both ways, and nothing arrives', (path) => {
    network.partition([[a.machine], [b.machine]], path);
    expect([kinds(a, b), kinds(b, a)]).toEqual([[path], [path]]);
    expect([a.arrivals, b.arrivals, lost]).toEqual([[], [], []]);
  });

  it.each(['refused', 'reset'] as const)('and says %s to answers breaks the connection under them', (path) => {
    network.setLink(b.machine, a.machine, { path });
    expect([kinds(a, b), b.arrivals.length]).toEqual([['reset'], 1]);
  });

  it('while a message is under way loses it', () => {
    const results = ask(a, b);
    clock.advance(0.5);
    network.setLink(a.machine, b.machine, { path: 'silent' });
    clock.advance(10);
    expect([results, lost]).toEqual([[], ['request']]);
  });
});

describe('a partition', () => {
  it('cuts what lies between its groups alone, and heals', () => {
    const [c, d] = [site('c'), site('d')];
    network.partition([[a.machine, b.machine], [c.machine]]);
    expect([kinds(a, b), kinds(a, c), kinds(c, b), kinds(a, d), kinds(d, c)]).toEqual([
      ['200'],
      [],
      [],
      ['200'],
      ['200'],
    ]);
    network.heal();
    expect([kinds(a, c), kinds(c, b)]).toEqual([['200'], ['200']]);
  });
});

describe('conditions', () => {
  it('of a link come before those of its machines, and those before the ones of the network', () => {
    network.setBase({ loss: 0.1, busy: 0.1, corruption: 0.1 });
    network.setMachine(b.machine, { loss: 0.2, busy: 0.2 });
    network.setLink(a.machine, b.machine, { loss: 0.3 });
    expect(network.conditions(a.machine, b.machine)).toMatchObject({ loss: 0.3, busy: 0.2, corruption: 0.1 });
    expect(network.conditions(b.machine, a.machine)).toMatchObject({ loss: 0.2, busy: 0.2, corruption: 0.1 });
    network.setLink(a.machine, b.machine, undefined);
    expect(network.conditions(a.machine, b.machine)).toMatchObject({ loss: 0.2 });
    network.setMachine(b.machine, undefined);
    expect(network.conditions(a.machine, b.machine)).toMatchObject({ loss: 0.1 });
    network.setBase({});
    expect(network.conditions(a.machine, b.machine)).toMatchObject({ loss: 0, path: 'open' });
  });
});

describe('the far end', () => {
  it('refuses where no process listens', () => {
    b.machine.listener = undefined;
    expect(kinds(a, b)).toEqual(['refused']);
  });

  it('is silent without power, and does not hear answers either', () => {
    b.machine.hasPower = false;
    b.machine.listener = undefined;
    expect([kinds(a, b), lost]).toEqual([[], ['request']]);
    b.machine.hasPower = true;
    start(b.machine);
    const results = ask(a, b);
    clock.advance(1.5);
    a.machine.hasPower = false;
    clock.advance(10);
    expect([results, lost]).toEqual([[], ['request', 'answer']]);
  });

  it('may take a request and never answer it', () => {
    if (b.machine.listener !== undefined) b.machine.listener = { ...b.machine.listener, answer: () => undefined };
    expect([kinds(a, b), lost, network.inTransit]).toEqual([[], [], 0]);
  });

  it('is busy for about its share of requests, which it does not take', () => {
    network.setLink(a.machine, b.machine, { busy: 0.5 });
    const results = kinds(a, b, 4000);
    const busy = results.filter((kind) => kind === '429').length;
    expect(Math.abs(busy / 4000 - 0.5)).toBeLessThan(0.03);
    expect(b.arrivals).toHaveLength(4000 - busy);
  });

  it('that takes its time takes requests one after the other', () => {
    b.machine.serviceMs = 50;
    const results = ask(a, b, 3);
    clock.advance(1000);
    expect(results.map(([, atMs]) => atMs)).toEqual([52, 102, 152]);
  });

  it('resets a connection that another process accepted, though a new one is taken', () => {
    const connection: Connection = { listener: undefined };
    const first = ask(a, b, 1, 10, connection);
    clock.advance(10);
    b.machine.listener = undefined;
    const none = ask(a, b, 1, 10, connection);
    clock.advance(10);
    start(b.machine);
    const second = ask(a, b, 1, 10, connection);
    clock.advance(10);
    expect([first, none, second].map(([result]) => result?.[0])).toEqual(['200', 'reset', 'reset']);
    expect(kinds(a, b)).toEqual(['200']);
  });
});

describe('the same seed', () => {
  it('loses, repeats, corrupts and delays the same, another seed others', () => {
    const run = (seed: number): string => {
      worldOf(seed);
      network.setBase({ loss: 0.2, duplication: 0.2, corruption: 0.2, busy: 0.2 });
      const results = ask(a, b, 200);
      clock.advance(1000);
      return JSON.stringify([results, b.arrivals, lost]);
    };
    expect(run(5)).toBe(run(5));
    expect(run(5)).not.toBe(run(6));
  });
});
