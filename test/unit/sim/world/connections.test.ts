import { beforeEach, describe, expect, it } from 'vitest';
import { LANE_CONNECTIONS, type PeerRequest, type PeerResult } from '../../../../src/node/transport/peer-link.js';
import { SimConnections } from '../../../sim/world/connections.js';
import type { Machine } from '../../../sim/world/machine.js';
import { Network } from '../../../sim/world/network.js';
import { SimProcess } from '../../../sim/world/process.js';
import { ProcessClock } from '../../../sim/world/process-clock.js';
import { SeededRng } from '../../../support/ports.js';
import { VirtualClock } from '../../../support/virtual-clock.js';

const PEER = { host: 'peer.test', port: 8080 };

let clock: VirtualClock;
let network: Network;
let here: Machine;
let there: Machine;
let link: SimConnections;
let lost: number;
let arrived: number;

beforeEach(() => {
  clock = new VirtualClock();
  network = new Network({ clock, rng: new SeededRng(1) }, {});
  here = network.machineAt({ host: 'here.test', port: 8080 });
  there = network.machineAt(PEER);
  lost = 0;
  arrived = 0;
  listen();
  const process = new SimProcess(clock, () => undefined);
  const parts = { clock: new ProcessClock(clock, here.wall, process), network, machine: here, process };
  link = new SimConnections(parts, PEER, () => void lost++);
});

function listen(): void {
  const answer = () => {
    arrived++;
    return { status: 200, headers: {}, body: Buffer.from('an answer') };
  };
  there.listener = { process: new SimProcess(clock, () => undefined), answer };
}

const isSilent = (silent: boolean): void => network.setLink(here, there, silent ? { path: 'silent' } : undefined);

function post(parts: Partial<PeerRequest> = {}, keepBytes?: number): Promise<PeerResult> {
  return link.post(
    { path: '/', headers: {}, body: new Uint8Array(10), timeoutMs: 500, lane: 'control', ...parts },
    keepBytes,
  );
}

async function outcome(posted: Promise<PeerResult>, withinMs = 600): Promise<string> {
  let text = 'nothing';
  void posted.then((result) => {
    text = 'answer' in result ? String(result.answer.status) : result.failure.kind;
  });
  await clock.run(withinMs);
  return text;
}

// What can be compared with real connections is in test/contract/transport.test.ts.
describe('simulated connections', () => {
  it('keep of an answer what they are told to, and drain the rest', async () => {
    const bodies: string[] = [];
    for (const keepBytes of [undefined, 2, 9]) {
      void post({}, keepBytes).then((result) => {
        bodies.push('answer' in result ? Buffer.from(result.answer.body).toString() : 'failure');
      });
    }
    await clock.run(100);
    expect(bodies.sort()).toEqual(['', 'an', 'an answer']);
  });

  it('are kept while used, and made anew after they were idle for long', async () => {
    for (const pauseMs of [0, 70_000, 74_000]) {
      await clock.run(pauseMs);
      expect(await outcome(post(), 10)).toBe('200');
    }
    expect([link.opened, lost]).toEqual([2, 0]);
  });

  it('that were idle for long are not lost with their peer', async () => {
    await outcome(post());
    await clock.run(74_000);
    if (there.listener !== undefined) link.broken(there.listener);
    expect(lost).toBe(0);
  });

  it('to a machine that lost its power are reset once another process runs there', async () => {
    await outcome(post());
    there.hasPower = false;
    there.listener = undefined;
    await clock.run(1000);
    there.hasPower = true;
    listen();
    expect(await outcome(post())).toBe('reset');
    expect([await outcome(post()), lost, arrived]).toEqual(['200', 1, 2]);
  });

  it('that nobody answers hold their places until TCP gets through, and requests wait or are given up', async () => {
    isSilent(true);
    const { control } = LANE_CONNECTIONS;
    const posted = Array.from({ length: control }, () => post());
    await clock.run(600);
    isSilent(false);
    const next = post({ timeoutMs: 1000 });
    expect(await outcome(next, 399)).toBe('nothing');
    expect([link.queuedRequests, link.opened]).toEqual([control + 1, control]);
    expect(await outcome(next, 10)).toBe('200');
    expect((await Promise.all(posted)).every((result) => 'failure' in result)).toBe(true);
    expect([link.queuedRequests, link.queuedBytes, lost, arrived]).toEqual([0, 0, 0, 1]);
  });

  it('that are made in vain fail after five seconds', async () => {
    isSilent(true);
    void post();
    await clock.run(4999);
    expect(link.queuedRequests).toBe(1);
    await clock.run(1);
    expect([link.queuedRequests, lost]).toEqual([0, 0]);
    void post({ timeoutMs: 9000 });
    await clock.run(9000);
    expect(link.queuedRequests).toBe(0);
  });

  it('that were open are given up at once where nobody answers', async () => {
    await outcome(post());
    isSilent(true);
    expect([await outcome(post()), link.queuedRequests]).toEqual(['timeout', 0]);
  });

  it('that are closed leave neither requests nor timers that do anything', async () => {
    isSilent(true);
    const posted = [post(), post(), post()];
    await clock.run(600);
    const last = post();
    link.close();
    expect(await outcome(last)).toBe('aborted');
    await Promise.all(posted);
    await clock.run(10_000);
    expect([link.queuedRequests, link.queuedBytes, lost, clock.pendingTimers]).toEqual([0, 0, 0, 0]);
  });
});
